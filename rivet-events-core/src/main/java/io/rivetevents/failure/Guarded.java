/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.failure;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Runs work that may throw any {@link Throwable}. Reactor rethrows some kinds of
 * {@link Error} from {@code subscribe}, such as a stack overflow or a missing class. The
 * subscriber would then receive no signal and the turn would never end.
 */
public final class Guarded {

	private Guarded() {
	}

	/**
	 * Returns work that always signals its end, whatever it throws while it begins.
	 * @param work creates the work
	 */
	public static <T> Mono<T> defer(Supplier<Mono<T>> work) {
		return Mono.create((sink) -> {
			AtomicBoolean told = new AtomicBoolean();
			try {
				sink.onDispose(work.get().contextWrite(sink.contextView()).subscribe((value) -> {
					told.set(true);
					sink.success(value);
				}, (ex) -> {
					told.set(true);
					sink.error(ex);
				}, () -> {
					// also after a value, which has been signalled already
					if (told.compareAndSet(false, true)) {
						sink.success();
					}
				}));
			}
			catch (Throwable ex) {
				if (!told.compareAndSet(false, true)) {
					throw ex; // it comes from the subscriber
				}
				sink.error(passable(ex));
			}
		});
	}

	/**
	 * Runs application code on the current thread.
	 * @return its result
	 * @throws IllegalStateException instead of an {@link Error}; exceptions are rethrown
	 * unchanged
	 */
	public static <T extends @Nullable Object> T call(Supplier<T> work) {
		try {
			return work.get();
		}
		catch (Throwable ex) {
			throw unchecked(ex);
		}
	}

	/**
	 * Returns the failure as an unchecked exception, as {@link #call} does.
	 */
	public static RuntimeException unchecked(Throwable ex) {
		return (ex instanceof RuntimeException unchecked) ? unchecked
				: new IllegalStateException("Application code failed with a severe error", ex);
	}

	/**
	 * Returns the failure as an exception that Reactor passes on as an error signal.
	 */
	static Exception passable(Throwable ex) {
		return (ex instanceof Exception passable) ? passable
				: new IllegalStateException("Application code failed with a severe error", ex);
	}

}

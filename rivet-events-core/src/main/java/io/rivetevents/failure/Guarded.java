package io.rivetevents.failure;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Work that may throw anything. Reactor lets some kinds of {@link Error} pass out of
 * {@code subscribe}, such as a stack overflow or a missing class: nobody would be told of
 * the end, and the turn would last for ever.
 */
public final class Guarded {

	private Guarded() {
	}

	/**
	 * Returns work whose end is told, whatever it throws while it begins.
	 * @param work makes the work
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
					// after a value as well, which is told already
					if (told.compareAndSet(false, true)) {
						sink.success();
					}
				}));
			}
			catch (Throwable ex) {
				if (!told.compareAndSet(false, true)) {
					throw ex; // it comes from whoever was told
				}
				sink.error(passable(ex));
			}
		});
	}

	/**
	 * Does work of the application at once.
	 * @return its result
	 * @throws IllegalStateException instead of an {@link Error}; exceptions stay as they
	 * are
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
	 * Returns a failure of work that throws no checked exceptions, as {@link #call} does.
	 */
	public static RuntimeException unchecked(Throwable ex) {
		return (ex instanceof RuntimeException unchecked) ? unchecked
				: new IllegalStateException("Work of an instance has failed", ex);
	}

	/**
	 * Returns what Reactor takes for an error like others.
	 */
	static Exception passable(Throwable ex) {
		return (ex instanceof Exception passable) ? passable
				: new IllegalStateException("Work of an instance has failed", ex);
	}

}

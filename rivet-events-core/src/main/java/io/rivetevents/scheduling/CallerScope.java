/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.security.Principal;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Sets the caller for application code and restores the previous one: on the thread while
 * the code runs, and in the Reactor context of its result. All application code is called
 * within a scope, even without a caller, so that code never sees the caller of another
 * call. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public interface CallerScope {

	/**
	 * Represents an anonymous client. Never passed to the application: a scope replaces
	 * it with the representation of the application's security.
	 */
	Principal ANONYMOUS = () -> "anonymous";

	/** A scope without effect. */
	CallerScope NONE = new CallerScope() {

		@Override
		public Restoration enter(@Nullable Principal caller) {
			return Restoration.NOTHING;
		}

		@Override
		public void reset() {
		}

		@Override
		public Context write(Context context, @Nullable Principal caller) {
			return context;
		}

	};

	/**
	 * Returns the caller for a client.
	 * @param principal the authenticated user, {@code null} for an anonymous client
	 */
	static Principal client(@Nullable Principal principal) {
		return (principal != null) ? principal : ANONYMOUS;
	}

	/**
	 * Sets the caller of the current thread.
	 * @param caller the caller, {@code null} for the server itself
	 * @return restores the previous caller; must be closed by the same thread
	 */
	Restoration enter(@Nullable Principal caller);

	/**
	 * Removes the caller of the current thread, which must be a thread of the runtime.
	 */
	void reset();

	/**
	 * Returns a Reactor context with a caller.
	 * @param context the context
	 * @param caller the caller, {@code null} for the server itself
	 */
	Context write(Context context, @Nullable Principal caller);

	/** Restores the state that a scope has replaced. */
	@FunctionalInterface
	interface Restoration extends AutoCloseable {

		/** Restores nothing. */
		Restoration NOTHING = () -> {
		};

		@Override
		void close();

	}

	/**
	 * Runs work for a caller.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work the work
	 */
	default void run(@Nullable Principal caller, Runnable work) {
		try (Restoration restoration = enter(caller)) {
			work.run();
		}
	}

	/**
	 * Runs work for a caller.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work the work
	 * @return its result
	 */
	default <T extends @Nullable Object> T call(@Nullable Principal caller, Supplier<T> work) {
		try (Restoration restoration = enter(caller)) {
			return work.get();
		}
	}

	/**
	 * Runs work with an asynchronous result for a caller. The work and the subscription
	 * to its result are within the scope, and the Reactor context contains the caller.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work called on subscription
	 */
	default <T> Mono<T> later(@Nullable Principal caller, Supplier<Mono<T>> work) {
		return shielded(caller, work).contextWrite((context) -> write(context, caller));
	}

	/**
	 * Like {@link #later}, but the Reactor context is not changed.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work called on subscription
	 */
	default <T> Mono<T> shielded(@Nullable Principal caller, Supplier<Mono<T>> work) {
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super T> actual) {
				try (Restoration restoration = enter(caller)) {
					Mono<T> result;
					try {
						result = work.get();
					}
					catch (Throwable ex) {
						// Reactor would rethrow an Error, and the subscriber would
						// receive no signal
						Exception failure = (ex instanceof Exception passable) ? passable
								: new IllegalStateException("Application code failed with a severe error", ex);
						Operators.error(actual, Operators.onOperatorError(failure, actual.currentContext()));
						return;
					}
					result.subscribe(actual);
				}
			}

		};
	}

}

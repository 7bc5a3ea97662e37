package io.rivetevents.scheduling;

import java.security.Principal;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Sets the caller of the application's code and restores what was there before: on the
 * thread while the code runs, and in the Reactor context of what it returns. Every call
 * of the application's code is made within a scope, also those without a caller, so that
 * no code sees the caller of another. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public interface CallerScope {

	/**
	 * Stands for a client that has not signed in. Never passed on to the application: a
	 * scope makes of it what the application's security has for such clients.
	 */
	Principal ANONYMOUS = () -> "anonymous";

	/** Sets nothing. */
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
	 * Returns the caller that a client is.
	 * @param principal the signed-in user, {@code null} for an anonymous client
	 */
	static Principal client(@Nullable Principal principal) {
		return (principal != null) ? principal : ANONYMOUS;
	}

	/**
	 * Sets the caller of the current thread.
	 * @param caller the caller, {@code null} for the server itself
	 * @return restores what was there before; to be closed by the same thread
	 */
	Restoration enter(@Nullable Principal caller);

	/** Removes the caller of the current thread, which must belong to the runtime. */
	void reset();

	/**
	 * Returns a Reactor context with a caller.
	 * @param context the context
	 * @param caller the caller, {@code null} for the server itself
	 */
	Context write(Context context, @Nullable Principal caller);

	/** Restores what a scope has replaced. */
	@FunctionalInterface
	interface Restoration extends AutoCloseable {

		/** Restores nothing. */
		Restoration NOTHING = () -> {
		};

		@Override
		void close();

	}

	/**
	 * Does work for a caller.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work the work
	 */
	default void run(@Nullable Principal caller, Runnable work) {
		try (Restoration restoration = enter(caller)) {
			work.run();
		}
	}

	/**
	 * Does work for a caller.
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
	 * Does work for a caller whose result comes later. The work and the subscription to
	 * its result are within the scope, and the Reactor context has the caller.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work begins on subscription
	 */
	default <T> Mono<T> later(@Nullable Principal caller, Supplier<Mono<T>> work) {
		return shielded(caller, work).contextWrite((context) -> write(context, caller));
	}

	/**
	 * As {@link #later}, but the Reactor context stays as it is.
	 * @param caller the caller, {@code null} for the server itself
	 * @param work begins on subscription
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
						// Reactor would let an Error pass, and nobody would be told
						Exception failure = (ex instanceof Exception passable) ? passable
								: new IllegalStateException("Code of the application has failed", ex);
						Operators.error(actual, Operators.onOperatorError(failure, actual.currentContext()));
						return;
					}
					result.subscribe(actual);
				}
			}

		};
	}

}

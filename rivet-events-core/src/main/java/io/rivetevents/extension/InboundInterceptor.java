package io.rivetevents.extension;

import reactor.core.publisher.Mono;

/**
 * Goes around what clients want: actions, subscriptions and connects. Beans of this type
 * are asked in their order, the first one outermost.
 * <p>
 * It runs in the turn of the instance, before the arguments are converted and checked:
 * blocking is allowed, and a delay holds the turn, so that messages keep their order. The
 * interceptors of a message together have the time that the action has, or a hook of a
 * connection; what they go around has its own. When it has passed, the client is answered
 * as for a late action, a blocked thread is interrupted, and the action is not begun.
 * <p>
 * A call with an idempotency key that is repeated goes through them again. The action
 * does not run then: {@code next} ends without a result, what the interceptors return is
 * not used, and an error of theirs refuses the remembered answer.
 *
 * @since 0.1.0
 */
public interface InboundInterceptor {

	/**
	 * Returns whether this wants to see something. Asked each time; must be quick.
	 * @param inbound what a client wants
	 */
	default boolean supports(Inbound inbound) {
		return true;
	}

	/**
	 * Go around.
	 * @param inbound what a client wants
	 * @param next goes on with it, or with a changed one
	 * @return the result of an action, empty for none; for the other kinds it only ends.
	 * An error refuses: a {@code UserError} reaches the client as it is;
	 * {@link Inbound#skip()} skips
	 */
	Mono<?> intercept(Inbound inbound, Next next);

	/** What comes after an interceptor. */
	@FunctionalInterface
	interface Next {

		/**
		 * Go on. Nothing happens before the result is subscribed to, and it may be
		 * subscribed to once.
		 * @param inbound what to go on with
		 * @return its result
		 */
		Mono<Object> proceed(Inbound inbound);

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import reactor.core.publisher.Mono;

/**
 * Intercepts requests of clients: actions, subscriptions and connects. Beans of this type
 * are called in their order, the first one outermost.
 * <p>
 * An interceptor runs in the turn of the instance, before the arguments are converted and
 * validated. It may block; a delay holds the turn, so that messages keep their order. All
 * interceptors of a message together have the timeout of the action or of a connection
 * hook; the intercepted action or hook has its own. After the timeout, the client
 * receives the same error as for an action that timed out, a blocked thread is
 * interrupted, and the action is not called.
 * <p>
 * A repeated call with an idempotency key passes the interceptors again. The action does
 * not run then: {@code next} completes without a result, results of interceptors are
 * ignored, and an error of an interceptor is sent instead of the remembered answer.
 *
 * @since 0.1.0
 */
public interface InboundInterceptor {

	/**
	 * Returns whether a request is intercepted. Called for each request; must be fast.
	 * @param inbound the request
	 */
	default boolean supports(Inbound inbound) {
		return true;
	}

	/**
	 * Intercepts a request.
	 * @param inbound the request
	 * @param next continues with the request, or with a changed one
	 * @return the result of an action, empty for none; for the other kinds it only
	 * completes. An error rejects the request: a {@code UserError} is sent to the client
	 * unchanged; {@link Inbound#skip()} skips it
	 */
	Mono<?> intercept(Inbound inbound, Next next);

	/** Continues after an interceptor. */
	@FunctionalInterface
	interface Next {

		/**
		 * Continues. Nothing happens before the result is subscribed to, which is allowed
		 * once.
		 * @param inbound the request to continue with
		 * @return its result
		 */
		Mono<Object> proceed(Inbound inbound);

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * Decorates each call of an actor's method, on the thread of the call.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface InvocationDecorator {

	/**
	 * Makes the call.
	 * @param invocation the call's method, caller and arguments
	 * @param call the call itself
	 * @return its result, a {@code Mono} if it is asynchronous; may be decorated too
	 * @throws Exception the exception of the method
	 */
	@Nullable Object around(Invocation invocation, Callable<@Nullable Object> call) throws Exception;

}

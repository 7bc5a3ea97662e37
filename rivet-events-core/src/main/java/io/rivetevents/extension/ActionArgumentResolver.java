/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;

/**
 * Supplies parameters of actions and hooks. Beans of this type are consulted in their
 * order, after the built-in ones and before the client's arguments.
 *
 * @since 0.1.0
 */
public interface ActionArgumentResolver {

	/**
	 * Returns whether it supplies a parameter. Called once, at start-up.
	 * @param parameter the parameter; the answer must not depend on a call
	 */
	boolean supportsParameter(MethodParameter parameter);

	/**
	 * Returns the value for a call. Must not block.
	 * @param parameter a supported parameter
	 * @param invocation the call
	 * @return the value, {@code null} if there is none
	 */
	@Nullable Object resolveArgument(MethodParameter parameter, Invocation invocation);

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract;

import java.lang.reflect.Method;

/**
 * Thrown when an interface cannot declare events.
 *
 * @since 0.1.0
 */
public final class InvalidContractException extends IllegalStateException {

	/**
	 * Creates the exception.
	 * @param type the interface
	 * @param problem reason
	 */
	public InvalidContractException(Class<?> type, String problem) {
		super("%s cannot declare events: %s".formatted(type.getName(), problem));
	}

	/**
	 * Creates the exception.
	 * @param method the method
	 * @param problem reason
	 */
	public InvalidContractException(Method method, String problem) {
		super("%s cannot declare an event: %s".formatted(method.toGenericString(), problem));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract;

import java.lang.reflect.Method;

import io.rivetevents.error.InvalidDeclarationException;

/**
 * Thrown when an interface cannot declare events.
 *
 * @since 0.1.0
 */
public final class InvalidContractException extends InvalidDeclarationException {

	/**
	 * Creates the exception.
	 * @param type the interface
	 * @param problem reason
	 * @param action what to change, as a sentence without final period
	 */
	public InvalidContractException(Class<?> type, String problem, String action) {
		super("%s cannot declare events: %s".formatted(type.getName(), problem), action);
	}

	/**
	 * Creates the exception.
	 * @param method the method
	 * @param problem reason
	 * @param action what to change, as a sentence without final period
	 */
	public InvalidContractException(Method method, String problem, String action) {
		super("%s cannot declare an event: %s".formatted(method.toGenericString(), problem), action);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.stream.Collectors;

import org.springframework.core.MethodParameter;

import io.rivetevents.error.InvalidDeclarationException;

/**
 * Thrown at start-up if an actor class is invalid.
 */
public class InvalidActorException extends InvalidDeclarationException {

	/**
	 * Creates the exception.
	 * @param type the class
	 * @param problem the error
	 * @param action what to change, as a sentence without final period
	 */
	public InvalidActorException(Class<?> type, String problem, String action) {
		super("Actor %s: %s".formatted(type.getName(), problem), action);
	}

	/**
	 * Creates the exception.
	 * @param method the method
	 * @param problem the error
	 * @param action what to change, as a sentence without final period
	 */
	public InvalidActorException(Method method, String problem, String action) {
		super("Actor method %s: %s".formatted(describe(method), problem), action);
	}

	/**
	 * Creates the exception.
	 * @param parameter the parameter
	 * @param problem the error
	 * @param action what to change, as a sentence without final period
	 */
	public InvalidActorException(MethodParameter parameter, String problem, String action) {
		super("Actor method %s: parameter %d (%s %s): %s".formatted(describe(parameter.getExecutable()),
				parameter.getParameterIndex(), parameter.getGenericParameterType().getTypeName(),
				parameter.getParameter().getName(), problem), action);
	}

	private static String describe(java.lang.reflect.Executable method) {
		String parameters = Arrays.stream(method.getParameterTypes())
			.map(Class::getSimpleName)
			.collect(Collectors.joining(", "));
		return "%s.%s(%s)".formatted(method.getDeclaringClass().getName(), method.getName(), parameters);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.validation.Validator;
import jakarta.validation.metadata.ContainerElementTypeDescriptor;
import jakarta.validation.metadata.MethodDescriptor;
import jakarta.validation.metadata.ParameterDescriptor;

/**
 * The methods of actors whose parameters have constraints. Not part of the validator:
 * Spring reads the methods of the class of each bean at the start, and loads the types of
 * their parameters.
 */
final class ConstrainedMethods {

	private final Validator validator;

	private final Map<Target, Boolean> found = new ConcurrentHashMap<>();

	/**
	 * A method of an actor class.
	 *
	 * @param type the class, which may inherit the method
	 * @param method the method
	 */
	private record Target(Class<?> type, Method method) {
	}

	ConstrainedMethods(Validator validator) {
		this.validator = validator;
	}

	boolean contains(Object target, Method method) {
		return this.found.computeIfAbsent(new Target(target.getClass(), method), this::find);
	}

	/** The descriptor of a method does not include constraints on type arguments. */
	private boolean find(Target target) {
		MethodDescriptor descriptor = this.validator.getConstraintsForClass(target.type())
			.getConstraintsForMethod(target.method().getName(), target.method().getParameterTypes());
		return descriptor != null && (descriptor.hasConstrainedParameters()
				|| descriptor.getParameterDescriptors().stream().anyMatch(ConstrainedMethods::isConstrained));
	}

	private static boolean isConstrained(ParameterDescriptor parameter) {
		return parameter.hasConstraints() || parameter.isCascaded()
				|| parameter.getConstrainedContainerElementTypes().stream().anyMatch(ConstrainedMethods::isConstrained);
	}

	private static boolean isConstrained(ContainerElementTypeDescriptor element) {
		return element.hasConstraints() || element.isCascaded()
				|| element.getConstrainedContainerElementTypes().stream().anyMatch(ConstrainedMethods::isConstrained);
	}

}

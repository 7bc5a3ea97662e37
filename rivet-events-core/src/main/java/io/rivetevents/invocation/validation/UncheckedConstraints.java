/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.util.Arrays;

import jakarta.validation.Constraint;
import jakarta.validation.Valid;
import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.ArgumentValidator;

/**
 * Fails calls of methods with constraints if nothing can check them: the annotations of
 * Bean Validation are often on the class path without a provider.
 */
public final class UncheckedConstraints implements ArgumentValidator {

	@Override
	public void validate(Object actor, Method method, @Nullable Object[] args) {
		throw new IllegalStateException(("%s.%s has constraints of Bean Validation, and no validator checks them. "
				+ "Add spring-boot-starter-validation, or make one Validator bean @Primary")
			.formatted(method.getDeclaringClass().getName(), method.getName()));
	}

	@Override
	public boolean checks(Object actor, Method method) {
		return isConstrained(method) || Arrays.stream(method.getParameters())
			.anyMatch((parameter) -> isConstrained(parameter) || hasConstrainedPart(parameter.getAnnotatedType()));
	}

	private static boolean hasConstrainedPart(AnnotatedType type) {
		return isConstrained(type) || (type instanceof AnnotatedParameterizedType generic
				&& Arrays.stream(generic.getAnnotatedActualTypeArguments())
					.anyMatch(UncheckedConstraints::hasConstrainedPart));
	}

	private static boolean isConstrained(AnnotatedElement element) {
		return Arrays.stream(element.getAnnotations())
			.map(Annotation::annotationType)
			.anyMatch((type) -> type == Valid.class || type.isAnnotationPresent(Constraint.class));
	}

}

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
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import jakarta.validation.Constraint;
import jakarta.validation.Valid;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

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
		return isConstrainedMethod(method) || overridden(method).anyMatch(UncheckedConstraints::isConstrainedMethod);
	}

	private static boolean isConstrainedMethod(Method method) {
		return isConstrained(method) || Arrays.stream(method.getParameters())
			.anyMatch((parameter) -> isConstrained(parameter) || hasConstrainedPart(parameter.getAnnotatedType()));
	}

	/**
	 * Constraints of an interface or a superclass apply to the methods that implement it.
	 */
	private static Stream<Method> overridden(Method method) {
		Class<?> type = method.getDeclaringClass();
		Stream<Class<?>> classes = Stream.<Class<?>>iterate(type.getSuperclass(), Objects::nonNull,
				Class::getSuperclass);
		return Stream.concat(classes, ClassUtils.getAllInterfacesForClassAsSet(type).stream())
			.flatMap((each) -> Arrays.stream(each.getDeclaredMethods()))
			.filter((other) -> isOverriddenBy(other, method));
	}

	/** A type variable of the other method may be any type. */
	private static boolean isOverriddenBy(Method other, Method method) {
		Class<?>[] types = method.getParameterTypes();
		Class<?>[] others = other.getParameterTypes();
		return other.getName().equals(method.getName()) && types.length == others.length
				&& IntStream.range(0, types.length).allMatch((i) -> others[i].isAssignableFrom(types[i]));
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

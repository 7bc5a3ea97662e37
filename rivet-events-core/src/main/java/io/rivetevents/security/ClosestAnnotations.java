/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;
import org.springframework.util.ReflectionUtils;

import io.rivetevents.invocation.InvalidActorException;

/**
 * Finds annotations like method security does: annotations and meta-annotations of a
 * class or method itself, or else those of its superclass and interfaces. Two equally
 * close annotations are an error.
 */
final class ClosestAnnotations {

	private static final String USE_ONE = "Use only one of them, or add the one that applies to the class or method itself";

	private ClosestAnnotations() {
	}

	/**
	 * Returns the closest annotation of a class.
	 * @param type the class
	 * @param annotations names of annotation types, at most one of which is allowed
	 * @throws InvalidActorException if several are equally close
	 */
	static @Nullable MergedAnnotation<?> of(Class<?> type, Set<String> annotations) {
		return unique(closest(type, (each) -> each, annotations), (problem) -> {
			throw new InvalidActorException(type, problem, USE_ONE);
		});
	}

	/**
	 * Returns the closest annotation of a method of an interface, without those of the
	 * interface.
	 * @param method the method
	 * @param annotations names of annotation types, at most one of which is allowed
	 * @throws InvalidActorException if several are equally close
	 */
	static @Nullable MergedAnnotation<?> of(Method method, Set<String> annotations) {
		Function<Class<?>, @Nullable AnnotatedElement> declared = (type) -> ReflectionUtils.findMethod(type,
				method.getName(), method.getParameterTypes());
		return unique(closest(method.getDeclaringClass(), declared, annotations), (problem) -> {
			throw new InvalidActorException(method, problem, USE_ONE);
		});
	}

	private static @Nullable MergedAnnotation<?> unique(Set<MergedAnnotation<?>> found,
			Function<String, InvalidActorException> failure) {
		if (found.size() > 1) {
			String names = found.stream()
				.map((annotation) -> "@" + annotation.getType().getSimpleName())
				.collect(Collectors.joining(", "));
			throw failure.apply("several security annotations are equally close: " + names);
		}
		return found.isEmpty() ? null : found.iterator().next();
	}

	private static Set<MergedAnnotation<?>> closest(Class<?> type,
			Function<Class<?>, @Nullable AnnotatedElement> elementOf, Set<String> annotations) {
		AnnotatedElement element = elementOf.apply(type);
		List<MergedAnnotation<?>> own = (element != null) ? direct(element, annotations) : List.of();
		if (!own.isEmpty()) {
			return new LinkedHashSet<>(own);
		}
		Set<MergedAnnotation<?>> found = new LinkedHashSet<>();
		Set<Object> sources = new LinkedHashSet<>();
		above(type).flatMap((above) -> closest(above, elementOf, annotations).stream())
			.filter((annotation) -> sources.add(source(annotation)))
			.forEach(found::add);
		return found;
	}

	/** The same interface may be found on several paths. */
	private static Object source(MergedAnnotation<?> annotation) {
		return List.of(String.valueOf(annotation.getSource()), annotation.synthesize());
	}

	private static Stream<Class<?>> above(Class<?> type) {
		Class<?> superclass = type.getSuperclass();
		Stream<Class<?>> interfaces = Stream.of(type.getInterfaces());
		return (superclass != null && superclass != Object.class) ? Stream.concat(Stream.of(superclass), interfaces)
				: interfaces;
	}

	private static List<MergedAnnotation<?>> direct(AnnotatedElement element, Set<String> annotations) {
		return MergedAnnotations.from(element, SearchStrategy.DIRECT, RepeatableContainers.none())
			.stream()
			.filter((annotation) -> annotations.contains(annotation.getType().getName()))
			.<MergedAnnotation<?>>map((annotation) -> (MergedAnnotation<? extends Annotation>) annotation)
			.toList();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * Finds security annotations on classes and methods: those of Spring Security's method
 * security and of {@code jakarta.annotation.security}, including meta-annotations,
 * superclasses and interfaces.
 */
public final class SecurityAnnotations {

	private static final Set<String> PACKAGES = Set.of("org.springframework.security.access.prepost",
			"org.springframework.security.access.annotation", "org.springframework.security.authorization.method",
			"jakarta.annotation.security");

	private static final String DENIED_HANDLER = "org.springframework.security.authorization.method.HandleAuthorizationDenied";

	/** These annotations restrict nothing. */
	private static final Set<String> HARMLESS = Set.of(DENIED_HANDLER, "jakarta.annotation.security.DeclareRoles");

	private static final String ADD_SPRING_SECURITY = "Add the dependency"
			+ " org.springframework.boot:spring-boot-starter-security, and @EnableMethodSecurity to the application";

	private SecurityAnnotations() {
	}

	/**
	 * Returns the annotations of a class or method.
	 * @param element the class or method
	 */
	public static Set<Class<? extends Annotation>> of(AnnotatedElement element) {
		return MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY)
			.stream()
			.map(MergedAnnotation::getType)
			.filter(SecurityAnnotations::isOne)
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Returns whether a method may return a value although access was denied and the
	 * method was not called.
	 */
	static boolean handlesDenial(Method method) {
		return Stream.of(method, method.getDeclaringClass())
			.anyMatch((element) -> MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY)
				.isPresent(DENIED_HANDLER));
	}

	private static boolean isOne(Class<? extends Annotation> annotation) {
		return PACKAGES.contains(annotation.getPackageName()) && !HARMLESS.contains(annotation.getName());
	}

	/**
	 * Returns the methods of an actor that annotations must protect: those with their own
	 * annotations, and the actions and hooks of an annotated class.
	 * @param actor the class
	 * @return the annotations of each method and its class
	 */
	public static Map<Method, Set<Class<? extends Annotation>>> ofMethods(Class<?> actor) {
		Set<Class<? extends Annotation>> ofClass = of(actor);
		Set<Method> declared = declaredActions(actor);
		return MethodIntrospector.selectMethods(actor, (Method method) -> {
			Set<Class<? extends Annotation>> all = new HashSet<>(of(method));
			if (declared.contains(method) || isOurs(method)) {
				all.addAll(ofClass);
			}
			return all.isEmpty() ? null : all;
		});
	}

	private static boolean isOurs(Method method) {
		return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.stream()
			.anyMatch((annotation) -> annotation.getType().getPackage() == Action.class.getPackage());
	}

	private static Set<Method> declaredActions(Class<?> actor) {
		Actor annotation = AnnotatedElementUtils.findMergedAnnotation(actor, Actor.class);
		return (annotation == null) ? Set.of() : Arrays.stream(annotation.actions())
			.flatMap((contract) -> Arrays.stream(contract.getMethods()))
			.map((method) -> BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(method, actor)))
			.collect(Collectors.toSet());
	}

	/**
	 * Rejects all security annotations, since they would have no effect. Those of the
	 * class apply to its actions and hooks; there is at least one.
	 */
	static void refuse(Class<?> actor) {
		ofMethods(actor).forEach((method, annotations) -> {
			throw new InvalidActorException(method,
					noEffect(annotations.iterator().next(), "Spring Security is missing"), ADD_SPRING_SECURITY);
		});
	}

	/**
	 * Returns the error text for an annotation without effect.
	 * @param annotation the annotation
	 * @param reason why it has none
	 */
	public static String noEffect(Class<? extends Annotation> annotation, String reason) {
		return "its @%s has no effect, because %s".formatted(annotation.getSimpleName(), reason);
	}

}

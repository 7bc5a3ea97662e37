/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.aot;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.stream.Stream;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.core.BridgeMethodResolver;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.contract.reflect.ConcreteTypes;
import io.rivetevents.contract.reflect.EventContract;

/**
 * Hints for the classes of actors: the types of the hierarchy, which are searched for
 * annotations; actions and hooks, which are called; the types of arguments, results,
 * states, params and inputs, which Jackson reads and writes; and proxies of contracts.
 */
final class ActorHints {

	private final RuntimeHints hints;

	private final PayloadHints payloads;

	/**
	 * Creates the hints.
	 * @param hints receives what is registered
	 */
	ActorHints(RuntimeHints hints) {
		this.hints = hints;
		this.payloads = new PayloadHints(hints.reflection());
	}

	/**
	 * Registers the class of an actor.
	 */
	void register(Class<?> actor) {
		for (Class<?> type = actor; type != null && type != Object.class; type = type.getSuperclass()) {
			this.hints.reflection().registerType(type);
		}
		MethodIntrospector.selectMethods(actor, ActorHints::isMarked).forEach((method) -> registerCall(method, actor));
		apis(actor).forEach((api) -> registerApi(api, actor));
		Actor annotation = AnnotatedElementUtils.findMergedAnnotation(actor, Actor.class);
		if (annotation != null) {
			Stream.of(annotation.actions())
				.flatMap((contract) -> Stream.of(contract.getMethods()))
				.filter((method) -> !Modifier.isStatic(method.getModifiers()))
				.forEach((method) -> registerCall(implementation(method, actor), actor));
			Stream.of(annotation.events()).forEach(this::registerEvents);
		}
	}

	private static boolean isMarked(Method method) {
		return MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.stream()
			.anyMatch((annotation) -> annotation.getType().getPackage() == Action.class.getPackage());
	}

	private static Method implementation(Method declared, Class<?> actor) {
		return BridgeMethodResolver.findBridgedMethod(ClassUtils.getMostSpecificMethod(declared, actor));
	}

	private void registerCall(Method method, Class<?> actor) {
		this.hints.reflection().registerMethod(method, ExecutableMode.INVOKE);
		Stream.of(method.getGenericParameterTypes()).forEach((type) -> registerPayload(type, actor));
		// variables are never written
		if (!AnnotatedElementUtils.hasAnnotation(method, CreateVars.class)) {
			registerPayload(method.getGenericReturnType(), actor);
		}
	}

	private void registerPayload(Type type, Class<?> containing) {
		this.payloads.register(ConcreteTypes.of(type, containing));
	}

	/** The interfaces through which server code can call the actor. */
	private static Set<Class<?>> apis(Class<?> actor) {
		Set<Class<?>> apis = ClassUtils.getAllInterfacesForClassAsSet(actor);
		apis.removeIf(PayloadHints::isForeign);
		return apis;
	}

	private void registerApi(Class<?> api, Class<?> actor) {
		registerInterface(api);
		for (Method method : api.getMethods()) {
			Stream.of(method.getGenericParameterTypes()).forEach((type) -> registerPayload(type, actor));
			registerPayload(method.getGenericReturnType(), actor);
		}
	}

	/** Default methods are called by reflection, with the proxy. */
	private void registerInterface(Class<?> type) {
		this.hints.reflection().registerType(type);
		this.hints.proxies().registerJdkProxy(type);
		Stream.of(type.getMethods())
			.filter(Method::isDefault)
			.forEach((method) -> this.hints.reflection().registerMethod(method, ExecutableMode.INVOKE));
	}

	private void registerEvents(Class<?> part) {
		registerInterface(part);
		for (Method event : part.getMethods()) {
			Stream.of(event.getGenericParameterTypes()).forEach((type) -> registerPayload(type, part));
		}
		EventContract.namespaces(part).forEach(this::registerEvents);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.aot;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.core.annotation.AnnotatedElementUtils;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.contract.reflect.ConcreteTypes;

/**
 * Hints for the types that Jackson reads and writes. Spring's
 * {@link BindingReflectionHintsRegistrar} follows properties; these hints also follow
 * fields and subclasses, since states often have public fields and events a sealed type.
 */
final class PayloadHints {

	/** Packages of libraries, whose types Jackson supports or which are no payload. */
	private static final List<String> FOREIGN = List.of("java.", "javax.", "jdk.", "jakarta.", "kotlin.",
			"org.springframework.", "org.reactivestreams.", "reactor.", "tools.jackson.");

	/** Parameter types that the runtime supplies. Their type arguments are payloads. */
	private static final Set<Class<?>> SUPPLIED = Set.of(ActorContext.class, Connection.class, RequestHead.class);

	private final BindingReflectionHintsRegistrar bindings = new BindingReflectionHintsRegistrar();

	private final Set<Type> known = new HashSet<>();

	private final ReflectionHints hints;

	/**
	 * Creates the hints.
	 * @param hints receives what is registered
	 */
	PayloadHints(ReflectionHints hints) {
		this.hints = hints;
	}

	/**
	 * Returns whether a class is not one of the application: it is left to the hints of
	 * its library.
	 */
	static boolean isForeign(Class<?> type) {
		return type.isPrimitive() || FOREIGN.stream().anyMatch(type.getName()::startsWith);
	}

	/**
	 * Registers a type and all types that it contains.
	 * @param type type without type variables
	 */
	void register(Type type) {
		if (!this.known.add(type)) {
			return;
		}
		if (type instanceof ParameterizedType parameterized) {
			register(parameterized.getRawType());
			registerAll(parameterized.getActualTypeArguments());
		}
		else if (type instanceof GenericArrayType array) {
			register(array.getGenericComponentType());
		}
		else if (type instanceof WildcardType wildcard) {
			registerAll(wildcard.getUpperBounds());
			registerAll(wildcard.getLowerBounds());
		}
		else if (type instanceof Class<?> raw) {
			registerClass(raw);
		}
	}

	private void registerAll(Type... types) {
		Stream.of(types).forEach(this::register);
	}

	private void registerClass(Class<?> type) {
		if (type.isArray()) {
			this.hints.registerType(type);
			register(type.getComponentType());
		}
		if (type.isArray() || isForeign(type) || SUPPLIED.contains(type)) {
			return;
		}
		this.bindings.registerReflectionHints(this.hints, type);
		this.hints.registerType(type, MemberCategory.ACCESS_PUBLIC_FIELDS, MemberCategory.ACCESS_DECLARED_FIELDS);
		if (!type.isEnum()) {
			Stream.of(type.getDeclaredFields())
				.filter((field) -> !Modifier.isStatic(field.getModifiers()))
				.map((field) -> ConcreteTypes.of(field.getGenericType(), type))
				.forEach(this::register);
			supertypes(type).map((extended) -> ConcreteTypes.of(extended, type)).forEach(this::register);
			subclasses(type).forEach(this::register);
		}
	}

	private static Stream<Type> supertypes(Class<?> type) {
		return Stream.concat(Stream.ofNullable(type.getGenericSuperclass()), Stream.of(type.getGenericInterfaces()));
	}

	private static Stream<Class<?>> subclasses(Class<?> type) {
		JsonSubTypes declared = AnnotatedElementUtils.findMergedAnnotation(type, JsonSubTypes.class);
		Stream<Class<?>> named = (declared == null) ? Stream.empty()
				: Stream.of(declared.value()).map(JsonSubTypes.Type::value);
		return type.isSealed() ? Stream.concat(named, Stream.of(type.getPermittedSubclasses())) : named;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.annotation.Input;
import io.rivetevents.connection.RequestHead;

/**
 * Rejects parameters that look as if the server supplied them although no resolver
 * supports them: a client could choose their values.
 */
final class ForeignParameters {

	/** Prefixes of annotations that declare the source of a value in other libraries. */
	private static final List<String> ANNOTATIONS = List.of("org.springframework.security.",
			"org.springframework.web.bind.annotation.", "org.springframework.messaging.",
			"org.springframework.beans.factory.annotation.", "org.springframework.boot.context.properties.bind.",
			"org.springframework.graphql.", "jakarta.inject.", "jakarta.ws.rs.", "jakarta.websocket.",
			Input.class.getPackageName() + ".");

	/** Annotations that name a parameter or describe a value sent by a client. */
	private static final Set<String> HARMLESS = Set.of("org.springframework.security.core.parameters.P",
			DefaultValue.class.getName());

	private static final String TYPES = "org.springframework.security.";

	private static final String SUPPORT = "Remove the parameter, or add the library or an ActionArgumentResolver bean that supports it";

	private ForeignParameters() {
	}

	/**
	 * Checks a parameter that no resolver supports.
	 * @param parameter the parameter
	 * @throws InvalidActorException if it must not be sent by a client
	 */
	static void refuse(MethodParameter parameter) {
		MergedAnnotations.from(parameter.getParameterAnnotations())
			.stream()
			.map(MergedAnnotation::getType)
			.filter((type) -> isForeign(type.getName()))
			.findFirst()
			.ifPresent((type) -> {
				throw new InvalidActorException(parameter,
						"no resolver supports its @%s here, so a client could choose the value"
							.formatted(type.getSimpleName()),
						SUPPORT);
			});
		Class<?> foreign = foreignType(ResolvableType.forMethodParameter(parameter));
		if (foreign != null) {
			throw new InvalidActorException(parameter,
					"no resolver supports its type %s here, so a client could choose the value"
						.formatted(foreign.getSimpleName()),
					SUPPORT);
		}
	}

	private static boolean isForeign(String annotation) {
		return ANNOTATIONS.stream().anyMatch(annotation::startsWith) && !HARMLESS.contains(annotation);
	}

	private static boolean isForeign(Class<?> type) {
		return type == RequestHead.class || type.getName().startsWith(TYPES);
	}

	/** Finds a type of the server in a type or its type arguments, as in {@code Mono}. */
	private static @Nullable Class<?> foreignType(ResolvableType type) {
		Class<?> raw = type.resolve();
		if (raw != null && isForeign(raw)) {
			return raw;
		}
		for (ResolvableType generic : type.getGenerics()) {
			Class<?> inner = generic.resolve();
			if (inner != null && isForeign(inner)) {
				return inner;
			}
		}
		return null;
	}

}

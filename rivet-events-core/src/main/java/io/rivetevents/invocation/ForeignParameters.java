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
 * Refuses parameters that look as if the server supplied them, but that no resolver
 * supports: a client would choose their values.
 */
final class ForeignParameters {

	/** Annotations that elsewhere say where a value comes from. */
	private static final List<String> ANNOTATIONS = List.of("org.springframework.security.",
			"org.springframework.web.bind.annotation.", "org.springframework.messaging.",
			"org.springframework.beans.factory.annotation.", "org.springframework.boot.context.properties.bind.",
			"org.springframework.graphql.", "jakarta.inject.", "jakarta.ws.rs.", "jakarta.websocket.",
			Input.class.getPackageName() + ".");

	/** They name parameters, or say something of what a client sends. */
	private static final Set<String> HARMLESS = Set.of("org.springframework.security.core.parameters.P",
			DefaultValue.class.getName());

	private static final String TYPES = "org.springframework.security.";

	private ForeignParameters() {
	}

	/**
	 * Checks a parameter that no resolver supports.
	 * @param parameter the parameter
	 * @throws InvalidActorException if it is not meant for what a client sends
	 */
	static void refuse(MethodParameter parameter) {
		MergedAnnotations.from(parameter.getParameterAnnotations())
			.stream()
			.map(MergedAnnotation::getType)
			.filter((type) -> isForeign(type.getName()))
			.findFirst()
			.ifPresent((type) -> {
				throw new InvalidActorException(parameter,
						"no resolver supports its @%s here, and a client would choose the value"
							.formatted(type.getSimpleName()));
			});
		Class<?> foreign = foreignType(ResolvableType.forMethodParameter(parameter));
		if (foreign != null) {
			throw new InvalidActorException(parameter,
					"no resolver supports its type %s here, and a client would choose the value"
						.formatted(foreign.getSimpleName()));
		}
	}

	private static boolean isForeign(String annotation) {
		return ANNOTATIONS.stream().anyMatch(annotation::startsWith) && !HARMLESS.contains(annotation);
	}

	private static boolean isForeign(Class<?> type) {
		return type == RequestHead.class || type.getName().startsWith(TYPES);
	}

	/** The type itself, or what it holds, as {@code Mono} does. */
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

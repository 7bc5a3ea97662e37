/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.annotation.Annotation;
import java.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.Input;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.Invocation;

/**
 * The argument resolvers, in the order in which they are consulted.
 */
final class ContextResolvers {

	private final ValueMapper mapper;

	private final List<ActionArgumentResolver> ofApplication;

	/** The information about its caller that a method can use. */
	enum Scope {

		/** None: the call is made by the instance itself. */
		INSTANCE,

		/** The identity, before there is a connection. */
		CALLER,

		/** The connection that is being created. */
		CONNECTING,

		/** The connection. */
		CONNECTION

	}

	/**
	 * Creates the chain.
	 * @param mapper converts params and input
	 * @param ofApplication the application's resolvers, in their order
	 */
	ContextResolvers(ValueMapper mapper, List<ActionArgumentResolver> ofApplication) {
		this.mapper = mapper;
		this.ofApplication = List.copyOf(ofApplication);
	}

	List<ActionArgumentResolver> chain(Scope scope) {
		List<ActionArgumentResolver> chain = new ArrayList<>();
		// by annotation
		chain.add(converted(Input.class, Invocation::input));
		if (scope != Scope.INSTANCE) {
			chain.add(converted(ConnParams.class, Invocation::params));
		}
		// by type
		chain.add(ofType(ActorContext.class::isAssignableFrom, Invocation::context));
		if (scope == Scope.CONNECTION || scope == Scope.CONNECTING) {
			chain.add(ofType(Connection.class::isAssignableFrom, Invocation::connection));
		}
		if (scope == Scope.CALLER || scope == Scope.CONNECTING) {
			chain.add(ofType(RequestHead.class::equals, Invocation::requestHead));
		}
		// resolvers of the application and of Spring Security
		chain.addAll(this.ofApplication);
		if (scope != Scope.INSTANCE) {
			chain.add(ofType(Principal.class::isAssignableFrom, Invocation::principal));
		}
		return chain;
	}

	private static ActionArgumentResolver ofType(Predicate<Class<?>> type,
			Function<Invocation, @Nullable Object> value) {
		return new ActionArgumentResolver() {

			@Override
			public boolean supportsParameter(MethodParameter parameter) {
				return type.test(parameter.getParameterType());
			}

			@Override
			public @Nullable Object resolveArgument(MethodParameter parameter, Invocation invocation) {
				Object found = value.apply(invocation);
				return parameter.getParameterType().isInstance(found) ? found : null;
			}

		};
	}

	private ActionArgumentResolver converted(Class<? extends Annotation> annotation,
			Function<Invocation, @Nullable JsonNode> value) {
		Map<MethodParameter, Arguments.Conversion> conversions = new ConcurrentHashMap<>();
		return new ActionArgumentResolver() {

			@Override
			public boolean supportsParameter(MethodParameter parameter) {
				return parameter.hasParameterAnnotation(annotation);
			}

			@Override
			public @Nullable Object resolveArgument(MethodParameter parameter, Invocation invocation) {
				return conversions
					.computeIfAbsent(parameter, (key) -> new Arguments.Conversion(key, ContextResolvers.this.mapper))
					.convert(value.apply(invocation));
			}

		};
	}

}

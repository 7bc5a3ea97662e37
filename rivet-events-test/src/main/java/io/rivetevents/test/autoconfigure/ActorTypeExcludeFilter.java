/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.autoconfigure;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.test.context.filter.annotation.StandardAnnotationCustomizableTypeExcludeFilter;

import io.rivetevents.annotation.Actor;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.extension.TenantResolver;

/**
 * Finds the components of {@link ActorTest @ActorTest}.
 */
final class ActorTypeExcludeFilter extends StandardAnnotationCustomizableTypeExcludeFilter<ActorTest> {

	private static final Set<Class<?>> EXTENSIONS = Set.of(InboundInterceptor.class, OutboundInterceptor.class,
			ConnectionObserver.class, ConnectionAuthenticator.class, AuthenticationExpiry.class,
			ActionArgumentResolver.class, ArgumentValidator.class, FailureTranslator.class, InvocationDecorator.class,
			TenantResolver.class);

	private final Class<?>[] actors;

	ActorTypeExcludeFilter(Class<?> testClass) {
		super(testClass);
		this.actors = getAnnotation().getValue("actors", Class[].class).orElse(new Class<?>[0]);
	}

	@Override
	protected Set<Class<?>> getKnownIncludes() {
		return (this.actors.length > 0) ? EXTENSIONS
				: Stream.concat(EXTENSIONS.stream(), Stream.of(Actor.class)).collect(Collectors.toUnmodifiableSet());
	}

	@Override
	protected Set<Class<?>> getComponentIncludes() {
		return Set.of(this.actors);
	}

}

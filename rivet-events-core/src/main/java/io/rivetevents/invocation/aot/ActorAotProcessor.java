/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.aot;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Actor;

/**
 * Finds the actors of an application and registers {@link ActorHints} for each. Reads the
 * types of the beans and creates none.
 */
final class ActorAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		List<Class<?>> actors = actors(beanFactory);
		return actors.isEmpty() ? null : (context, code) -> register(actors, context.getRuntimeHints());
	}

	private static List<Class<?>> actors(ConfigurableListableBeanFactory beanFactory) {
		return Stream.of(beanFactory.getBeanNamesForAnnotation(Actor.class))
			.map((name) -> beanFactory.getType(name, false))
			.filter(Objects::nonNull)
			.<Class<?>>map(ClassUtils::getUserClass)
			.distinct()
			.toList();
	}

	private static void register(List<Class<?>> actors, RuntimeHints hints) {
		ActorHints registrar = new ActorHints(hints);
		actors.forEach(registrar::register);
	}

}

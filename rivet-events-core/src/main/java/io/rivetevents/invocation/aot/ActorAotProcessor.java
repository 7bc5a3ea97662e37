/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.aot;

import java.util.List;
import java.util.Objects;

import javax.lang.model.element.Modifier;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.generate.GeneratedMethod;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.aot.BeanFactoryInitializationCode;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.javapoet.CodeBlock;
import org.springframework.javapoet.MethodSpec;
import org.springframework.util.ClassUtils;

import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.invocation.index.ActorIndex;
import io.rivetevents.invocation.index.StrayActions;

/**
 * Finds the actors of an application, registers {@link ActorHints} for each, and
 * generates the {@link ActorIndex}, so that a start does not search for them. Warns of
 * actions outside of actors, which a start from the generated code does not. Reads the
 * types of the beans and creates none.
 */
final class ActorAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		if (beanFactory.getBeanNamesForType(ActorRegistrar.class, true, false).length == 0) {
			return null;
		}
		StrayActions.warn(beanFactory);
		ActorIndex index = ActorIndex.search(beanFactory);
		List<Class<?>> actors = classes(index, beanFactory);
		return (context, code) -> {
			registerHints(actors, context.getRuntimeHints());
			generate(index, code);
		};
	}

	private static List<Class<?>> classes(ActorIndex index, ConfigurableListableBeanFactory beanFactory) {
		return index.names()
			.stream()
			.map((name) -> beanFactory.getType(name, false))
			.filter(Objects::nonNull)
			.<Class<?>>map(ClassUtils::getUserClass)
			.distinct()
			.toList();
	}

	private static void registerHints(List<Class<?>> actors, RuntimeHints hints) {
		ActorHints registrar = new ActorHints(hints);
		actors.forEach(registrar::register);
	}

	private static void generate(ActorIndex index, BeanFactoryInitializationCode code) {
		GeneratedMethod method = code.getMethods().add("registerActorIndex", (builder) -> generate(index, builder));
		code.addInitializer(method.toMethodReference());
	}

	private static void generate(ActorIndex index, MethodSpec.Builder method) {
		CodeBlock names = index.names()
			.stream()
			.map((name) -> CodeBlock.of("$S", name))
			.collect(CodeBlock.joining(", "));
		method.addJavadoc("Registers the names of the actors.");
		method.addModifiers(Modifier.PRIVATE);
		method.addParameter(DefaultListableBeanFactory.class, "beanFactory");
		method.addStatement("beanFactory.registerSingleton($S, new $T($T.of($L)))", ActorIndex.BEAN, ActorIndex.class,
				List.class, names);
	}

}

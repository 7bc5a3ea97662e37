/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.diagnostics;

import java.lang.reflect.Modifier;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanInstantiationException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionOverrideException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.Order;
import org.springframework.util.ClassUtils;

import io.rivetevents.annotation.Actor;

/**
 * Reports an actor that cannot be a bean: another actor or bean has its name, its class
 * is abstract or final, or Spring cannot schedule one of its methods.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ActorBeanFailureAnalyzer implements FailureAnalyzer {

	/** Not visible outside of its package. */
	private static final String CONFLICT = "org.springframework.context.annotation.ConflictingBeanDefinitionException";

	private static final Pattern CONFLICTING = Pattern
		.compile("bean name '(.+)' for bean class \\[(.+?)] conflicts with .* class \\[(.+?)]");

	/** Of the library that creates subclasses for proxies. */
	private static final Pattern FINAL = Pattern.compile("Cannot subclass final class (.+)");

	/** Of the post-processor of Spring, which comes before the checks of an actor. */
	private static final Pattern SCHEDULED = Pattern.compile("@Scheduled method '(.+?)': Only no-arg methods");

	private final BeanFactory beanFactory;

	ActorBeanFailureAnalyzer(BeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public @Nullable FailureAnalysis analyze(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			FailureAnalysis analysis = analyzeCause(cause);
			if (analysis != null) {
				return analysis;
			}
		}
		return null;
	}

	private @Nullable FailureAnalysis analyzeCause(Throwable cause) {
		if (cause instanceof BeanDefinitionOverrideException ex) {
			return analyze(ex.getBeanName(), describe(ex.getExistingDefinition()), describe(ex.getBeanDefinition()),
					ex);
		}
		if (cause.getClass().getName().equals(CONFLICT)) {
			Matcher matcher = CONFLICTING.matcher(String.valueOf(cause.getMessage()));
			return matcher.find() ? analyze(matcher.group(1), matcher.group(3), matcher.group(2), cause) : null;
		}
		FailureAnalysis ofBean = analyzeBean(cause);
		return (ofBean != null) ? ofBean : analyzeClass(cause);
	}

	private @Nullable FailureAnalysis analyzeBean(Throwable cause) {
		String name = (cause instanceof BeanCreationException ex) ? ex.getBeanName() : null;
		Class<?> type = (name != null && this.beanFactory.containsBean(name)) ? this.beanFactory.getType(name) : null;
		if (type == null || !isActor(type.getName())) {
			return null;
		}
		if (type.isEnum()) { // there are no beans for the parameters of its constructor
			return uncreatable(type, "an enum", "Make it a class: an actor is a bean.", cause);
		}
		Matcher matcher = SCHEDULED.matcher(String.valueOf(cause.getMessage()));
		return !matcher.find() ? null : new FailureAnalysis(
				"Actor %s: its method %s with @Scheduled has parameters, and Spring calls it without an instance."
					.formatted(type.getName(), matcher.group(1)),
				"Use @ActorSchedule for a method of an instance, or remove the parameters.", cause);
	}

	private static @Nullable FailureAnalysis analyzeClass(Throwable cause) {
		if (cause instanceof BeanInstantiationException ex && Modifier.isAbstract(ex.getBeanClass().getModifiers())
				&& isActor(ex.getBeanClass().getName())) {
			return ex.getBeanClass().isInterface()
					? uncreatable(ex.getBeanClass(), "an interface",
							"Move @Actor to the class that implements the interface.", cause)
					: uncreatable(ex.getBeanClass(), "abstract",
							"Make the class concrete, or move @Actor to its subclasses.", cause);
		}
		Matcher matcher = FINAL.matcher(String.valueOf(cause.getMessage()));
		if (matcher.matches() && isActor(matcher.group(1))) {
			return new FailureAnalysis(
					"Actor %s has no proxy for its security annotations, its transactions or other interceptors: it is final."
						.formatted(matcher.group(1)),
					"Remove the modifier final from the class, or change the record to a class; in Kotlin, use the plugin"
							+ " kotlin-spring.",
					cause);
		}
		return null;
	}

	private static FailureAnalysis uncreatable(Class<?> actor, String what, String action, Throwable cause) {
		return new FailureAnalysis("Actor %s cannot be created: it is %s.".formatted(actor.getName(), what), action,
				cause);
	}

	private static String describe(BeanDefinition definition) {
		return (definition.getBeanClassName() != null) ? definition.getBeanClassName()
				: String.valueOf(definition.getFactoryMethodName());
	}

	private static @Nullable FailureAnalysis analyze(String name, String one, String other, Throwable cause) {
		List<String> actors = Stream.of(one, other).filter(ActorBeanFailureAnalyzer::isActor).toList();
		if (actors.isEmpty()) {
			return null;
		}
		String names = (actors.size() == 2) ? "The names of actors are unique."
				: "An actor has the name of its bean, and the names of beans are unique.";
		return new FailureAnalysis("The actor name \"%s\" is used twice: by %s and by %s.".formatted(name, one, other),
				"%s Give %s another name with @Actor(\"...\").".formatted(names, actors.get(actors.size() - 1)), cause);
	}

	private static boolean isActor(String type) {
		ClassLoader loader = ActorBeanFailureAnalyzer.class.getClassLoader();
		return ClassUtils.isPresent(type, loader)
				&& AnnotatedElementUtils.hasAnnotation(ClassUtils.resolveClassName(type, loader), Actor.class);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.metrics.ApplicationStartup;
import org.springframework.core.metrics.StartupStep;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Actor;
import io.rivetevents.invocation.index.ActorIndex;
import io.rivetevents.invocation.index.StrayActions;
import io.rivetevents.placement.ActorTypes;

/**
 * Finds the {@link Actor} beans, including those of parent contexts, after all singletons
 * are created, so that an actor can be injected with objects that call other actors. In
 * an application that was processed ahead of time, the {@link ActorIndex} has their
 * names.
 */
public final class ActorRegistrar implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(ActorRegistrar.class);

	private final List<AnnotatedActorType> actors = new CopyOnWriteArrayList<>();

	private final ListableBeanFactory beanFactory;

	private final ObjectProvider<ActorTypes> types;

	private final Supplier<ActorSettings> settings;

	private final Supplier<InvocationServices> support;

	/**
	 * Creates a registrar.
	 * @param beanFactory contains the actors
	 * @param types registry for the actors
	 * @param settings defaults for limits and times
	 * @param support services for calls
	 */
	public ActorRegistrar(ListableBeanFactory beanFactory, ObjectProvider<ActorTypes> types,
			Supplier<ActorSettings> settings, Supplier<InvocationServices> support) {
		this.beanFactory = beanFactory;
		this.types = types;
		this.settings = settings;
		this.support = support;
	}

	@Override
	public void afterSingletonsInstantiated() {
		ApplicationStartup startup = (this.beanFactory instanceof ConfigurableBeanFactory factory)
				? factory.getApplicationStartup() : ApplicationStartup.DEFAULT;
		ActorIndex.of(this.beanFactory).names().forEach((name) -> {
			StartupStep step = startup.start("rivet.events.actor.register").tag("beanName", name);
			step.tag("actor", register(name)).end();
		});
		StrayActions.warn(this.beanFactory);
		logger.info("Actors: " + this.types.getObject().names().stream().sorted().toList());
	}

	/** Returns the name of the actor. */
	private String register(String name) {
		checkScope(name);
		Object bean = this.beanFactory.getBean(name);
		Class<?> type = AopProxyUtils.ultimateTargetClass(bean);
		String actorName = nameOf(type, name);
		this.actors.stream().filter((other) -> other.name().equals(actorName)).findFirst().ifPresent((other) -> {
			throw new InvalidActorException(type,
					"the name %s is already used by %s".formatted(actorName, other.actorClass().getName()),
					"Choose another name, as in @Actor(\"…\")");
		});
		AnnotatedActorType actor = new AnnotatedActorType(actorName, type, bean, this.settings.get(),
				this.support.get());
		this.types.getObject().register(actor);
		this.actors.add(actor);
		return actorName;
	}

	/** Before the bean is created, which may fail outside of a request. */
	private void checkScope(String name) {
		Class<?> type = this.beanFactory.getType(name);
		if (type != null && !this.beanFactory.isSingleton(name)) {
			throw new InvalidActorException(ClassUtils.getUserClass(type), "its bean must be a singleton",
					"Remove the scope of the bean, and keep the data of an instance in its state");
		}
	}

	/**
	 * Returns the name in the annotation, or else the name of the bean, which may come
	 * from a method with {@code @Bean}. A bean imported under its class name gets the
	 * name that a scan would give it.
	 */
	private static String nameOf(Class<?> type, String bean) {
		Actor annotation = AnnotatedElementUtils.findMergedAnnotation(type, Actor.class);
		if (annotation != null && StringUtils.hasText(annotation.value())) {
			return annotation.value();
		}
		return bean.equals(type.getName()) ? StringUtils.uncapitalizeAsProperty(ClassUtils.getShortName(type)) : bean;
	}

	/**
	 * Returns the contracts of all actors, sorted by name.
	 */
	public List<ActorContract> contracts() {
		return this.actors.stream()
			.map(AnnotatedActorType::contract)
			.sorted(Comparator.comparing(ActorContract::name))
			.toList();
	}

}

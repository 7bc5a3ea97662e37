/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.util.Assert;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.call.ActorType;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.invocation.AccessGuard;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.invocation.SubscriptionGuard;
import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.invocation.InvocationServices;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.scheduling.CallerScope;

/**
 * The actors of the simulations of one test method, read once: their beans, and what an
 * application context has for the calls of their methods. Each call is reported to the
 * current run.
 */
public final class SimulatedActors {

	private final ListableBeanFactory beans;

	private final ValueMapper mapper;

	private final EventContracts contracts;

	private final ActorTypes types = new ActorTypes();

	private InvocationDecorator calls = (invocation, call) -> call.call();

	/**
	 * Reads the actors.
	 * @param beans contains them
	 * @param settings defaults for limits and times
	 */
	public SimulatedActors(ListableBeanFactory beans, ActorSettings settings) {
		this.beans = beans;
		this.mapper = beans.getBeanProvider(ValueMapper.class)
			.getIfAvailable(() -> new ValueMapper(
					beans.getBeanProvider(JsonMapper.class).getIfAvailable(() -> JsonMapper.builder().build())));
		this.contracts = new EventContracts(this.mapper);
		InvocationServices services = new InvocationServices(this.mapper, this.contracts, neighbours());
		StaticListableBeanFactory registry = new StaticListableBeanFactory(Map.of("types", this.types));
		new ActorRegistrar(beans, registry.getBeanProvider(ActorTypes.class), () -> settings, () -> services)
			.afterSingletonsInstantiated();
	}

	private InvocationServices.Neighbours neighbours() {
		InvocationDecorator reported = this::report;
		List<InvocationDecorator> decorators = new ArrayList<>(List.of(reported));
		decorators.addAll(this.beans.getBeanProvider(InvocationDecorator.class).orderedStream().toList());
		return new InvocationServices.Neighbours(all(ActionArgumentResolver.class),
				this.beans.getBeanProvider(ArgumentValidator.class).getIfAvailable(() -> ArgumentValidator.NONE),
				decorators, all(FailureTranslator.class),
				this.beans.getBeanProvider(SubscriptionGuard.class).getIfAvailable(() -> SubscriptionGuard.NONE),
				this.beans.getBeanProvider(AccessGuard.class).getIfAvailable(() -> AccessGuard.NONE),
				this.beans.getBeanProvider(CallerScope.class).getIfAvailable(() -> CallerScope.NONE));
	}

	private <T> List<T> all(Class<T> type) {
		return this.beans.getBeanProvider(type).orderedStream().toList();
	}

	private @Nullable Object report(Invocation invocation, Callable<@Nullable Object> call) throws Exception {
		return this.calls.around(invocation, call);
	}

	/** Sets what receives the calls of methods from now on. */
	public void reportTo(InvocationDecorator calls) {
		this.calls = calls;
	}

	public <T> T bean(Class<T> type) {
		return this.beans.getBean(type);
	}

	public ValueMapper mapper() {
		return this.mapper;
	}

	public EventContracts contracts() {
		return this.contracts;
	}

	public ActorTypes types() {
		return this.types;
	}

	/**
	 * Checks that an actor has an action: a run in which each call is rejected would
	 * pass. Clients of an actor that does not exist are rejected, which fails the run.
	 * @param actor name of the actor
	 * @param action name of the action
	 * @param byClient whether clients call it
	 * @throws IllegalArgumentException if it has no such action
	 */
	public void checkAction(String actor, String action, boolean byClient) {
		ActorType type = type(actor);
		Assert.isTrue(type == null || type.action(action, byClient) != null,
				() -> "The actor %s has no action `%s` for %s".formatted(actor, action,
						byClient ? "clients" : "server code"));
	}

	public @Nullable ActorType type(String name) {
		return this.types.find(name);
	}

}

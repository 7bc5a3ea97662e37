/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.index;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.invocation.InvocationServices;
import io.rivetevents.placement.ActorTypes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans are actors, by a search and by generated code.
 */
class ActorIndexTests {

	private final DefaultListableBeanFactory parent = factory(One.class);

	private final DefaultListableBeanFactory beans = factory(Two.class);

	ActorIndexTests() {
		this.beans.setParentBeanFactory(this.parent);
	}

	@Test
	void findsActorsOfTheContextAndItsParents() {
		assertThat(register()).containsExactly("One", "Two");
	}

	@Test
	void searchesNothingWithAGeneratedIndex() {
		this.beans.registerSingleton(ActorIndex.BEAN, new ActorIndex(List.of("One")));
		assertThat(register()).containsExactly("One");
	}

	@Test
	void searchesWithTheIndexOfAParentOnly() {
		this.parent.registerSingleton(ActorIndex.BEAN, new ActorIndex(List.of("One")));
		assertThat(register()).containsExactly("One", "Two");
	}

	private Stream<String> register() {
		ActorTypes types = new ActorTypes();
		this.beans.registerSingleton("types", types);
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		new ActorRegistrar(this.beans, this.beans.getBeanProvider(ActorTypes.class), () -> ActorSettings.DEFAULTS,
				() -> new InvocationServices(mapper, new EventContracts(mapper), InvocationServices.Neighbours.NONE))
			.afterSingletonsInstantiated();
		return types.names().stream().sorted();
	}

	private static DefaultListableBeanFactory factory(Class<?>... types) {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		Stream.of(types)
			.forEach((type) -> beans.registerBeanDefinition(type.getSimpleName(), new RootBeanDefinition(type)));
		return beans;
	}

	@Actor
	static class One {

		@Action
		void greet() {
		}

	}

	@Actor
	static class Two {

		@Action
		void greet() {
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.invocation.ActorRegistrar;
import io.rivetevents.invocation.index.ActorIndex;
import io.rivetevents.placement.ActorTypes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The warning of actions outside of actors: at the start, or when the application is
 * processed ahead of time.
 */
@ExtendWith(OutputCaptureExtension.class)
class StrayActionsTests {

	private static final String WARNING = Stray.class.getName() + " has methods with actor annotations, [greet], but no"
			+ " @Actor";

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	StrayActionsTests() {
		this.beans.registerBeanDefinition("stray", new RootBeanDefinition(Stray.class));
		this.beans.registerBeanDefinition("registrar", new RootBeanDefinition(ActorRegistrar.class, this::registrar));
		this.beans.registerSingleton("types", new ActorTypes());
	}

	private ActorRegistrar registrar() {
		return new ActorRegistrar(this.beans, this.beans.getBeanProvider(ActorTypes.class),
				() -> ActorSettings.DEFAULTS, () -> {
					throw new IllegalStateException("There is no actor");
				});
	}

	@Test
	void areFoundAtTheStart(CapturedOutput output) {
		this.beans.preInstantiateSingletons();
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void areFoundAheadOfTime(CapturedOutput output) {
		AotServices.factories()
			.load(BeanFactoryInitializationAotProcessor.class)
			.stream()
			.filter((processor) -> processor.getClass().getName().startsWith("io.rivetevents."))
			.forEach((processor) -> processor.processAheadOfTime(this.beans));
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void areNotSearchedAtAStartFromGeneratedCode(CapturedOutput output) {
		this.beans.registerSingleton(ActorIndex.BEAN, new ActorIndex(List.of()));
		this.beans.preInstantiateSingletons();
		assertThat(output).contains("Actors: []").doesNotContain(WARNING);
	}

	static class Stray {

		@Action
		void greet() {
		}

	}

}

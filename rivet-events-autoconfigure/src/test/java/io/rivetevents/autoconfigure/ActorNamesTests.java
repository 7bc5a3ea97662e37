/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AliasFor;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.placement.ActorTypes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The name of an actor is that of its annotation, however its bean was defined.
 */
class ActorNamesTests {

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class));

	@ParameterizedTest
	@CsvSource({ "Imported, chat", "ByMethod, chat", "ByProxy, chat", "OfSuperclass, chat", "Composed, chat",
			"ComposedWithOther, lounge", "Unnamed, unnamedBean", "ImportedUnnamed, actorNamesTests.Plain" })
	void isThatOfTheAnnotation(String configuration, String name) throws ClassNotFoundException {
		Class<?> type = Class.forName(ActorNamesTests.class.getName() + "$" + configuration);
		this.contextRunner.withUserConfiguration(type).run((context) -> {
			assertThat(context.getBean(ActorTypes.class).names()).containsExactly(name);
			assertThat(context.getBean(Actors.class).getOrCreate(name).call("act", String.class).block())
				.isEqualTo("done");
		});
	}

	@Test
	void twoOfANameStopTheStart() {
		this.contextRunner.withUserConfiguration(ByMethod.class, Named.class)
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidActorException.class)
				.hasMessageContainingAll("the name chat is already used by", Chat.class.getName(),
						Special.class.getName()));
	}

	@Test
	void findsActorsOfParentContexts() {
		try (AnnotationConfigApplicationContext grandparent = new AnnotationConfigApplicationContext(Imported.class);
				AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext()) {
			parent.setParent(grandparent);
			parent.register(Unnamed.class);
			parent.refresh();
			this.contextRunner.withParent(parent).run((context) -> {
				assertThat(context.getBean(ActorTypes.class).names()).containsExactlyInAnyOrder("chat", "unnamedBean");
				assertThat(context.getBean(Actors.class).getOrCreate("chat").call("act", String.class).block())
					.isEqualTo("done");
			});
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Chat.class)
	static class Imported {

	}

	@Configuration(proxyBeanMethods = false)
	static class ByMethod {

		@Bean
		Chat someOtherName() {
			return new Chat();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByProxy {

		@Bean
		Chat someOtherName() {
			ProxyFactory proxies = new ProxyFactory(new Chat());
			proxies.setProxyTargetClass(true);
			return (Chat) proxies.getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OfSuperclass {

		@Bean
		Special someOtherName() {
			return new Special();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Named {

		@Bean
		Special another() {
			return new Special();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Composed {

		@Bean
		Annotated someOtherName() {
			return new Annotated();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ComposedWithOther {

		@Bean
		Lounge someOtherName() {
			return new Lounge();
		}

	}

	/** The bean has the name of the class with its package. */
	@Configuration(proxyBeanMethods = false)
	@Import(Plain.class)
	static class ImportedUnnamed {

	}

	@Configuration(proxyBeanMethods = false)
	static class Unnamed {

		@Bean
		Plain unnamedBean() {
			return new Plain();
		}

	}

	@Actor(name = "chat")
	static class Chat {

		@Action
		String act() {
			return "done";
		}

	}

	static class Special extends Chat {

	}

	@Actor("chat")
	@Retention(RetentionPolicy.RUNTIME)
	@interface ChatActor {

		@AliasFor(annotation = Actor.class, attribute = "value")
		String named() default "chat";

	}

	@ChatActor
	static class Annotated extends Plain {

	}

	@ChatActor(named = "lounge")
	static class Lounge extends Plain {

	}

	@Actor
	static class Plain {

		@Action
		String act() {
			return "done";
		}

	}

}

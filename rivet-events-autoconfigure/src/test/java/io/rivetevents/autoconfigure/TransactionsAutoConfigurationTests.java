/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.List;
import java.util.function.Consumer;

import io.r2dbc.spi.ConnectionFactories;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.Recipients;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The effects of a transaction manager among the beans.
 */
class TransactionsAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class))
		.withUserConfiguration(OneActor.class);

	@Test
	void sendsAtOnceWithoutAReactiveTransactionManager() {
		this.contextRunner.run((context) -> {
			RecordedOutbound client = connect(context);
			ways(context).forEach((way) -> way.afterCommit().send("said"));
			assertThat(context.getBean(Actors.class).get("one", "k").call("all", String.class).block()).isEmpty();
			assertThat(client.messages(ToClient.Event.class)).hasSize(6);
		});
	}

	@Test
	void refusesTheFormForThreadsWithAReactiveTransactionManager() {
		this.contextRunner.withUserConfiguration(Reactive.class).run((context) -> {
			RecordedOutbound client = connect(context);
			Consumer<Recipients> refused = (way) -> assertThatIllegalStateException()
				.isThrownBy(() -> way.afterCommit().send("said"))
				.withMessageContaining("ReactiveTransactionManager");
			assertThat(ways(context)).allSatisfy(refused);
			assertThat(context.getBean(Actors.class).get("one", "k").call("all", String.class).block())
				.isEqualTo("refused refused ");
			assertThat(client.messages(ToClient.Event.class)).isEmpty();
			assertThat(context.getSourceApplicationContext().getBeanFactory().containsSingleton("manager")).isFalse();
		});
	}

	@Test
	void findsTheReactiveTransactionManagerOfAParent() {
		new ReactiveWebApplicationContextRunner().withUserConfiguration(Reactive.class)
			.run((parent) -> this.contextRunner.withParent(parent)
				.run((context) -> assertThat(ways(context)).allSatisfy(
						(way) -> assertThatIllegalStateException().isThrownBy(() -> way.afterCommit().send("said")))));
	}

	@Test
	void worksWithoutTransactions() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.transaction"))
			.run((context) -> {
				RecordedOutbound client = connect(context);
				ways(context).forEach((way) -> way.afterCommit().send("said"));
				ways(context).forEach((way) -> way.afterCommit((some) -> some.send("said")).block());
				assertThat(context.getBean(Actors.class).get("one", "k").call("all", String.class).block()).isEmpty();
				assertThat(client.messages(ToClient.Event.class)).hasSize(10);
			});
	}

	private static List<Recipients> ways(ApplicationContext context) {
		Connections connections = context.getBean(Connections.class);
		Actors actors = context.getBean(Actors.class);
		return List.of(connections.everywhere(), connections.here(), actors.get("one", "k"),
				actors.inNamespace(ActorAddress.DEFAULT_NAMESPACE).get("one", "k"));
	}

	private static RecordedOutbound connect(ApplicationContext context) {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		context.getBean(OutboundRegistry.class).register(request, client);
		context.getBean(ActorDirectory.class)
			.connect(new ActorTarget.GetOrCreate(ActorAddress.of("one", "k"), null), request)
			.block();
		return client;
	}

	@Configuration(proxyBeanMethods = false)
	static class OneActor {

		@Bean
		One one() {
			return new One();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Reactive {

		@Bean
		@Lazy
		R2dbcTransactionManager manager() {
			return new R2dbcTransactionManager(ConnectionFactories.get("r2dbc:h2:mem:///unused"));
		}

	}

	@Actor("one")
	static class One {

		@Action
		String all(ActorContext<?, ?> c) {
			StringBuilder refused = new StringBuilder();
			for (Recipients recipients : List.of(c, c.conns().iterator().next())) {
				try {
					recipients.afterCommit().send("said");
				}
				catch (IllegalStateException ex) {
					refused.append("refused ");
				}
			}
			return refused.toString();
		}

	}

}

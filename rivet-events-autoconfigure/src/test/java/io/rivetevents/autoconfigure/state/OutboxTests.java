/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.node.IntNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.connection.ClusterRecipients;
import io.rivetevents.connection.Connections;
import io.rivetevents.connection.Recipients;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Outbox;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Durable events and calls of an application with H2: transactions, two nodes, and what
 * is missing without a database.
 */
class OutboxTests {

	private final String database = "jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID());

	private final List<ConfigurableApplicationContext> nodes = new ArrayList<>();

	@AfterEach
	void stop() {
		this.nodes.forEach(ConfigurableApplicationContext::close);
	}

	private ConfigurableApplicationContext node(String... properties) {
		ConfigurableApplicationContext node = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + this.database, "spring.flyway.enabled=false",
					"rivet.events.shutdown.spread=0s", "rivet.events.state.jdbc.join-transaction=true",
					"rivet.events.outbox.poll-interval=100ms")
			.properties(properties)
			.run();
		this.nodes.add(node);
		return node;
	}

	private static ClusterRecipients ada(ConfigurableApplicationContext node) {
		return node.getBean(Connections.class).user("ada");
	}

	private static void transaction(ConfigurableApplicationContext node, boolean rollback, Runnable work) {
		new TransactionTemplate(node.getBean(PlatformTransactionManager.class)).executeWithoutResult((status) -> {
			work.run();
			if (rollback) {
				status.setRollbackOnly();
			}
		});
	}

	/** Connects a client of a user to a node. */
	private static RecordedOutbound connect(ConfigurableApplicationContext node, String user) {
		ConnectRequest request = ConnectRequest.stateful(null, new Identity((Principal) null, user, null, null));
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		node.getBean(OutboundRegistry.class).register(request, client);
		node.getBean(ActorDirectory.class)
			.connect(new ActorTarget.GetOrCreate(ActorAddress.of("counter", "room"), null), request)
			.block();
		return client;
	}

	private static List<String> events(RecordedOutbound client) {
		return client.messages(ToClient.Event.class).stream().map(ToClient.Event::name).toList();
	}

	private static void await(Runnable assertion) {
		Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(assertion::run);
	}

	private static int rows(ConfigurableApplicationContext node) {
		Integer count = node.getBean(JdbcTemplate.class)
			.queryForObject("select count(*) from rivet_outbox", Integer.class);
		return (count != null) ? count : -1;
	}

	@Test
	void sendsEventsOfATransactionAfterItsCommit() {
		ConfigurableApplicationContext node = node();
		RecordedOutbound client = connect(node, "ada");
		RecordedOutbound other = connect(node, "linus");
		Recipients ada = ada(node).durable();
		transaction(node, false, () -> {
			ada.send("first", 1);
			ada.send(Notices.class).second(2);
			assertThat(events(client)).isEmpty();
		});
		transaction(node, true, () -> ada.send("never"));
		ada.send("third");
		await(() -> assertThat(events(client)).containsExactly("first", "second", "third"));
		await(() -> assertThat(rows(node)).isZero());
		assertThat(events(other)).isEmpty();
		assertThat(node.getBean(Outbox.class).status().sent()).isEqualTo(3);
	}

	interface Notices {

		void second(int number);

	}

	@Test
	void broadcastsToTheSubscribersOfAllActors() {
		ConfigurableApplicationContext node = node("rivet.events.outbox.max-age=1m"); // until
																						// they
																						// have
																						// subscribed
		RecordedOutbound client = connect(node, "ada");
		RecordedOutbound other = connect(node, "linus");
		node.getBean(ActorDirectory.class)
			.deliver(ActorAddress.of("counter", "room"), client.connectionId(),
					new ToServer.SubscriptionRequest("news", true, Set.of("sport")));
		node.getBean(Connections.class).everywhere().tagged("sport").durable().broadcast("news", "4:1");
		await(() -> assertThat(events(client)).containsExactly("news"));
		assertThat(events(other)).isEmpty();
	}

	@Test
	void anActionStoresEventsWithItsState() {
		ConfigurableApplicationContext node = node();
		RecordedOutbound client = connect(node, "ada");
		Actors actors = node.getBean(Actors.class);
		assertThat(actors.get("counter", "room").call("addAndTell", Integer.class, 1, false).block()).isEqualTo(1);
		assertThat(actors.get("counter", "room").call("addAndTell", Integer.class, 1, true).block()).isEqualTo(2);
		ada(node).durable().send("last");
		await(() -> assertThat(events(client)).containsExactly("told 1", "last"));
	}

	@Test
	void callsAnActionAfterTheCommit() {
		ConfigurableApplicationContext node = node();
		Actors actors = node.getBean(Actors.class);
		transaction(node, true, () -> actors.getOrCreate("counter", "a").durable().call("add", 1));
		transaction(node, false, () -> actors.getOrCreate("counter", "a").durable().call("add", 10));
		await(() -> assertThat(node.getBean(Outbox.class).status().executed()).isEqualTo(1));
		assertThat(actors.get("counter", "a").call("add", Integer.class, 0).block()).isEqualTo(10);
		await(() -> assertThat(rows(node)).isZero());
	}

	@Test
	void savesWhatACallChangesBeforeItsRowIsDeleted() {
		ConfigurableApplicationContext node = node("rivet.events.actor.save-interval=1h");
		Actors actors = node.getBean(Actors.class);
		actors.getOrCreate("counter", "a").durable().call("add", 10);
		await(() -> assertThat(node.getBean(Outbox.class).status().executed()).isEqualTo(1));
		actors.getOrCreate("counter", "b").call("add", Integer.class, 10).block();
		assertThat(version(node, "a")).isGreaterThan(version(node, "b"));
	}

	private static long version(ConfigurableApplicationContext node, String key) {
		return Objects.requireNonNull(node.getBean(ActorStateStore.class).load(ActorAddress.of("counter", key)))
			.version();
	}

	/** As after a node that has called the action and not deleted the row. */
	@Test
	void aRepeatedCallDoesNotRunTheActionAgain() {
		ConfigurableApplicationContext node = node();
		ActorTarget target = new ActorTarget.GetOrCreate(ActorAddress.of("counter", "a"), null);
		ToServer.ActionRequest call = new ToServer.ActionRequest(0, "add", List.of(IntNode.valueOf(10)),
				new ToServer.CallOptions(false, null, "outbox 1"));
		ActorDirectory directory = node.getBean(ActorDirectory.class);
		assertThat(directory.call(target, null, call).block()).isEqualTo(IntNode.valueOf(10));
		assertThat(directory.call(target, null, call).block()).isEqualTo(IntNode.valueOf(10));
		ToServer.ActionRequest another = new ToServer.ActionRequest(0, "add", List.of(IntNode.valueOf(10)),
				new ToServer.CallOptions(false, null, "outbox 2"));
		assertThat(directory.call(target, null, another).block()).isEqualTo(IntNode.valueOf(20));
	}

	@Test
	void anActorCallsAnotherOne() {
		ConfigurableApplicationContext node = node();
		Actors actors = node.getBean(Actors.class);
		actors.getOrCreate("counter", "a").call("addToOther", Void.class, "b", 5).block();
		await(() -> assertThat(node.getBean(Outbox.class).status().executed()).isEqualTo(1));
		assertThat(actors.get("counter", "b").call("add", Integer.class, 0).block()).isEqualTo(5);
	}

	@Test
	void oneOfTwoNodesSendsAnEventToTheClientsOfBoth() {
		ConfigurableApplicationContext left = node("test.joined=true");
		ConfigurableApplicationContext right = node("test.joined=true");
		RecordedOutbound client = connect(right, "ada");
		ada(left).durable().send("first");
		await(() -> assertThat(events(client)).containsExactly("first"));
		await(() -> assertThat(rows(left)).isZero());
		Outbox outbox = right.getBean(Outbox.class);
		assertThat(outbox.status().sent()).isEqualTo(1);
		assertThat(left.getBean(Outbox.class).status().unreceived() + outbox.status().unreceived()).isZero();
	}

	@Test
	void anotherNodeDeliversTheRowsOfANodeThatDoesNot() {
		ConfigurableApplicationContext idle = node("rivet.events.outbox.enabled=false");
		ConfigurableApplicationContext busy = node();
		RecordedOutbound client = connect(busy, "ada");
		ada(idle).durable().send("first");
		await(() -> assertThat(events(client)).containsExactly("first"));
	}

	@Test
	void namesWhatIsMissingWithoutADatabase() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class))
			.withPropertyValues("rivet.events.state.store=memory")
			.run((context) -> {
				Connections connections = context.getBean(Connections.class);
				Actors actors = context.getBean(Actors.class);
				assertThatIllegalStateException().isThrownBy(() -> connections.user("ada").durable().send("first"))
					.withMessageContaining("rivet-events-jdbc")
					.withMessageContaining("rivet.events.state.store=jdbc");
				assertThatIllegalStateException().isThrownBy(() -> actors.get("counter", "a").durable().call("add"))
					.withMessageContaining("rivet-events-jdbc");
			});
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Counter.class)
	static class Application {

		@Bean
		@ConditionalOnBooleanProperty("test.joined")
		JoinedBackplane joined() {
			return new JoinedBackplane();
		}

	}

	static final class Sum {

		public int value;

	}

	/** Counts, and tells a user in its own transaction. */
	@Actor("counter")
	static class Counter {

		private final Connections connections;

		Counter(Connections connections) {
			this.connections = connections;
		}

		@CreateState
		Sum createState() {
			return new Sum();
		}

		@Action
		int add(ActorContext<Sum, ?> c, int number) {
			c.state().value += number;
			return c.state().value;
		}

		@Action
		@Transactional
		public int addAndTell(ActorContext<Sum, ?> c, int number, boolean rollback) {
			int sum = add(c, number);
			this.connections.user("ada").durable().send("told " + sum);
			if (rollback) {
				TransactionAspectSupport.currentTransactionStatus().setRollbackOnly();
			}
			return sum;
		}

		@Action
		void addToOther(ActorContext<Sum, ?> c, String key, int number) {
			c.actor("counter", key).durable().call("add", number);
		}

	}

	/** Calls the receivers of the other nodes. */
	private static final class JoinedBackplane implements Backplane {

		private static final Set<JoinedBackplane> ALL = new CopyOnWriteArraySet<>();

		private volatile @Nullable Consumer<AddressedEvent> receiver;

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
			this.receiver = receiver;
			ALL.add(this);
		}

		@Override
		public void stop() {
			ALL.remove(this);
		}

		@Override
		public void publish(AddressedEvent event) {
			for (JoinedBackplane node : ALL) {
				Consumer<AddressedEvent> receiver = node.receiver;
				if (node != this && receiver != null) {
					receiver.accept(event);
				}
			}
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

}

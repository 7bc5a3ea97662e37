/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.modulith;

import java.nio.file.Path;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.Externalized;
import org.springframework.modulith.events.IncompleteEventPublications;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events of the application that are sent to actors after the commit of their
 * transaction, with the JDBC registry of Spring Modulith.
 */
class ModulithEventsTests {

	private static final ActorAddress ROOM = ActorAddress.of("chatRoom", "general");

	private static volatile boolean failing;

	@TempDir
	private Path folder;

	@BeforeEach
	void deliver() {
		failing = false;
	}

	@Test
	void sendsAnEventAfterTheCommit() {
		try (ConfigurableApplicationContext application = application()) {
			RecordedOutbound client = connect(application, "messageReceived");
			publish(application, new MessageReceived("general", "hello"), () -> assertThat(texts(client)).isEmpty());
			Awaitility.await().untilAsserted(() -> assertThat(texts(client)).containsExactly("hello"));
			Awaitility.await().untilAsserted(() -> assertThat(incomplete(application)).isZero());
		}
	}

	@Test
	void sendsNothingAfterARollback() {
		try (ConfigurableApplicationContext application = application()) {
			RecordedOutbound client = connect(application, "messageReceived");
			application.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
				application.publishEvent(new MessageReceived("general", "never"));
				status.setRollbackOnly();
			});
			publish(application, new MessageReceived("general", "hello"), () -> {
			});
			Awaitility.await().untilAsserted(() -> assertThat(texts(client)).containsExactly("hello"));
		}
	}

	@Test
	void sendsAnEventAfterARestartIfItsDeliveryHasFailed() {
		failing = true;
		try (ConfigurableApplicationContext application = application()) {
			publish(application, new Flaky("general", "late"), () -> {
			});
			Awaitility.await().untilAsserted(() -> assertThat(incomplete(application)).isEqualTo(1));
		}
		failing = false;
		try (ConfigurableApplicationContext application = application()) {
			RecordedOutbound client = connect(application, "messageReceived");
			application.getBean(IncompleteEventPublications.class).resubmitIncompletePublications((event) -> true);
			Awaitility.await().untilAsserted(() -> assertThat(texts(client)).containsExactly("late"));
			Awaitility.await().untilAsserted(() -> assertThat(incomplete(application)).isZero());
		}
	}

	@Test
	void leavesEventsOfOtherBrokersAlone() {
		try (ConfigurableApplicationContext application = application()) {
			RecordedOutbound client = connect(application, "messageReceived");
			publish(application, new Ordered("one"), () -> {
			});
			publish(application, new MessageReceived("general", "hello"), () -> {
			});
			Awaitility.await().untilAsserted(() -> assertThat(texts(client)).containsExactly("hello"));
			Awaitility.await().untilAsserted(() -> assertThat(incomplete(application)).isZero());
		}
	}

	@Test
	void reachesAnActorByATransactionalEventListener() {
		try (ConfigurableApplicationContext application = application()) {
			RecordedOutbound client = connect(application, "renamed");
			publish(application, new Renamed("general", "lobby"), () -> assertThat(texts(client)).isEmpty());
			Awaitility.await().untilAsserted(() -> assertThat(texts(client)).containsExactly("lobby"));
		}
	}

	private ConfigurableApplicationContext application() {
		return new SpringApplicationBuilder(Application.class).bannerMode(Banner.Mode.OFF)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=jdbc:h2:file:" + this.folder.resolve("h2") + ";USER=sa",
					"spring.flyway.enabled=false", "rivet.events.state.store=memory",
					"spring.modulith.events.jdbc.schema-initialization.enabled=true", "rivet.events.shutdown.spread=0s")
			.run();
	}

	private static void publish(ConfigurableApplicationContext application, Object event, Runnable beforeCommit) {
		ApplicationEventPublisher publisher = application;
		application.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			publisher.publishEvent(event);
			beforeCommit.run();
		});
	}

	private static int incomplete(ConfigurableApplicationContext application) {
		return application.getBean(JdbcTemplate.class)
			.queryForObject("select count(*) from event_publication where completion_date is null", Integer.class);
	}

	private static RecordedOutbound connect(ConfigurableApplicationContext application, String event) {
		ConnectRequest request = ConnectRequest.stateful(null, Identity.ANONYMOUS);
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		application.getBean(OutboundRegistry.class).register(request, client);
		ActorDirectory directory = application.getBean(ActorDirectory.class);
		directory.connect(new ActorTarget.GetOrCreate(ROOM, null), request).block();
		directory.deliver(ROOM, request.connectionId(), new ToServer.SubscriptionRequest(event, true));
		return client;
	}

	private static List<String> texts(RecordedOutbound client) {
		return client.messages(ToClient.Event.class)
			.stream()
			.map((event) -> event.args().get(0).path("text").asString())
			.toList();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ ChatRoom.class, Renaming.class })
	static class Application {

	}

	@Externalized("rivet.chatRoom.messageReceived::#{room()}")
	record MessageReceived(String room, String text) {
	}

	@Externalized("orders")
	record Ordered(String id) {
	}

	@Externalized("rivet.chatRoom.messageReceived::#{route()}")
	record Flaky(String room, String text) {

		/** Returns the key of the room, or fails. */
		public String route() {
			if (failing) {
				throw new IllegalStateException("The room cannot be found now");
			}
			return this.room;
		}

	}

	record Renamed(String room, String text) {
	}

	@Component
	static class Renaming {

		private final Actors actors;

		Renaming(Actors actors) {
			this.actors = actors;
		}

		@TransactionalEventListener
		void tell(Renamed event) {
			this.actors.get("chatRoom", event.room()).send("renamed", event);
		}

	}

	@Actor("chatRoom")
	static class ChatRoom {

		@Action
		void ping() {
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.modulith;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.Externalized;
import org.springframework.transaction.support.TransactionTemplate;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.contract.History;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events of Spring Modulith whose delivery has failed, or was interrupted by
 * {@code kill -9}: the next start sends them, and clients that resume receive them.
 */
class RepublishedEventsTests {

	private static final ActorAddress ROOM = ActorAddress.of("chatRoom", "general");

	private static final String FAILS = "fails";

	private static final String WAITS = "waits";

	/** Whether this is the process that is killed. */
	private static volatile boolean failing;

	@TempDir
	private Path folder;

	@Test
	void areSentAfterAKill() throws Exception {
		String url = "jdbc:h2:file:%s;WRITE_DELAY=0;USER=sa".formatted(this.folder.resolve("h2"));
		Position position;
		try (ConfigurableApplicationContext application = application(url)) {
			position = welcome(connect(application, null)).position();
		}
		kill(url);
		try (ConfigurableApplicationContext application = application(url)) {
			Awaitility.await().untilAsserted(() -> assertThat(incomplete(application)).isZero());
			RecordedOutbound client = connect(application, position);
			assertThat(welcome(client).outcome().kind()).isEqualTo(ToClient.ResumeOutcome.Kind.RESUMED);
			assertThat(client.messages(ToClient.Event.class))
				.extracting((event) -> event.args().get(0).path("text").asString())
				.containsExactlyInAnyOrder(FAILS, WAITS);
		}
	}

	/** Starts a process that publishes events, and kills it when none can be sent. */
	private static void kill(String url) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
				System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
				RepublishedEventsTests.class.getName(), url)
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES).execute(process::destroyForcibly);
		Set<String> reached = new HashSet<>();
		try (BufferedReader lines = process.inputReader()) {
			for (String line = lines.readLine(); line != null && reached.size() < 2; line = lines.readLine()) {
				if (line.equals(FAILS) || line.equals(WAITS)) {
					reached.add(line);
				}
			}
			assertThat(reached).as("events without a delivery").hasSize(2);
		}
		finally {
			process.destroyForcibly().waitFor();
		}
	}

	/**
	 * Publishes two events and waits until the process is killed.
	 * @param args URL of the database
	 */
	public static void main(String[] args) {
		failing = true;
		ConfigurableApplicationContext application = application(args[0]);
		application.getBean(TransactionTemplate.class).executeWithoutResult((status) -> {
			application.publishEvent(new Flaky("general", FAILS));
			application.publishEvent(new Flaky("general", WAITS));
		});
	}

	private static ConfigurableApplicationContext application(String url) {
		return new SpringApplicationBuilder(Application.class).bannerMode(Banner.Mode.OFF)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + url, "spring.flyway.enabled=false",
					"rivet.events.state.jdbc.initialize-schema=always", "rivet.events.shutdown.spread=0s",
					"spring.modulith.events.jdbc.schema-initialization.enabled=true",
					"spring.modulith.events.republish-outstanding-events-on-restart=true")
			.run();
	}

	private static int incomplete(ConfigurableApplicationContext application) {
		return application.getBean(JdbcTemplate.class)
			.queryForObject("select count(*) from event_publication where completion_date is null", Integer.class);
	}

	private static RecordedOutbound connect(ConfigurableApplicationContext application, @Nullable Position position) {
		ConnectRequest request = ConnectRequest.extended(null, new Identity(() -> "ada", null),
				new StreamRequest(List.of(new ToServer.SubscriptionRequest("messageReceived", true)), position,
						(position != null) ? StreamProof.PROVEN : StreamProof.NEW, "stream", "secret", null, null,
						Duration.ofSeconds(10)));
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		application.getBean(OutboundRegistry.class).register(request, client);
		application.getBean(ActorDirectory.class).connect(new ActorTarget.GetOrCreate(ROOM, null), request).block();
		return client;
	}

	private static ToClient.Welcome welcome(RecordedOutbound client) {
		return client.messages(ToClient.Welcome.class).get(0);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(ChatRoom.class)
	static class Application {

	}

	@Externalized("rivet.chatRoom.messageReceived::#{route()}")
	record Flaky(String room, String text) {

		/** Returns the key of the room, if it can be found. */
		public String route() throws InterruptedException {
			if (failing) {
				System.out.print(this.text + "\n");
				if (this.text.equals(WAITS)) {
					new CountDownLatch(1).await();
				}
				throw new IllegalStateException("The room cannot be found now");
			}
			return this.room;
		}

	}

	@Actor("chatRoom")
	@History(durable = true)
	static class ChatRoom {

		@Action
		void ping() {
		}

	}

}

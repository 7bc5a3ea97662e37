/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of the application, as its clients see it.
 */
class ShutdownIntegrationTests {

	private static final List<ReadinessState> READINESS = new CopyOnWriteArrayList<>();

	private ConfigurableApplicationContext start(String... arguments) {
		List<String> all = new ArrayList<>(List.of("--server.port=0", "--rivet.events.websocket.rejection-delay=0s"));
		all.addAll(List.of(arguments));
		return new SpringApplication(Application.class).run(all.toArray(String[]::new));
	}

	private static String base(ConfigurableApplicationContext context) {
		return "http://localhost:%s/rivet".formatted(context.getEnvironment().getProperty("local.server.port"));
	}

	@Test
	void tellsClientsAndSpreadsTheirReturn() {
		READINESS.clear();
		ConfigurableApplicationContext context = start("--rivet.events.shutdown.spread=4s");
		String base = base(context);
		TestClient plain = TestClient.connect(base, Encoding.JSON, "room", "k");
		List<TestClient> extended = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			extended.add(TestClient.connect(base, (i % 2 == 0) ? Encoding.EXTENDED_JSON : Encoding.EVENT_STREAM, "room",
					"k"));
		}
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(context::close);
		List<Long> delays = new ArrayList<>();
		for (TestClient client : extended) {
			long delay = client.next("GoingAway").value().get("delay").longValue();
			assertThat(delay).isBetween(0L, 4000L);
			delays.add(delay);
		}
		// politely, while the others are still there
		assertThat(READINESS).last().isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		TestSocket late = TestSocket.open(base + TestSocket.query("room", "k"), Encoding.JSON, new HttpHeaders());
		assertThat(late.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
		TestStream lateStream = TestStream.get(base, TestClient.query("room", "k", "sse"));
		assertThat(lateStream.response().statusCode()).isEqualTo(503);
		assertThat(lateStream.response().headers().firstValue("retry-after")).isPresent();
		for (int i = 0; i < extended.size(); i++) {
			Received close = extended.get(i).next("Close");
			assertThat(close.text("code")).isEqualTo("restarting");
			assertThat(close.text("advice")).isEqualTo("later");
			assertThat(close.value().get("retryAfter").longValue()).isEqualTo(delays.get(i));
		}
		assertThat(plain.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
		assertThat(delays.stream().distinct().count()).isGreaterThan(10);
		awaitEnd(stopped);
	}

	@Test
	void doesNotWaitWhereNobodyIs() {
		ConfigurableApplicationContext context = start("--rivet.events.shutdown.spread=1h",
				"--rivet.events.shutdown.timeout=1h", "--spring.lifecycle.timeout-per-shutdown-phase=1h");
		awaitEnd(CompletableFuture.runAsync(context::close));
	}

	@Test
	void endsInTimeWhateverTheSpread() {
		ConfigurableApplicationContext context = start("--rivet.events.shutdown.spread=60s",
				"--rivet.events.shutdown.timeout=1s", "--spring.lifecycle.timeout-per-shutdown-phase=5s");
		TestClient client = TestClient.connect(base(context), Encoding.EXTENDED_JSON, "room", "k");
		CompletableFuture<Void> stopped = CompletableFuture.runAsync(context::close);
		assertThat(client.next("Close").text("code")).isEqualTo("restarting");
		awaitEnd(stopped);
	}

	private static void awaitEnd(CompletableFuture<Void> stopped) {
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(stopped::isDone);
		stopped.join();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		@EventListener
		void on(AvailabilityChangeEvent<ReadinessState> event) {
			READINESS.add(event.getState());
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call for which there is no room is refused before its body is read. An unreadable
 * body is therefore not reported as such.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = {
		"rivet.events.limits.instance.pending-size=1MB", "rivet.events.limits.node.pending-size=1500KB" })
class RoomForBodiesTests {

	private static final String HEAVY = "{},".repeat(6000);

	private static final String UNREADABLE = "{\"args\":[%s".formatted(HEAVY);

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private Free free;

	@Autowired
	private Guarded guarded;

	private final HttpClient client = HttpClient.newHttpClient();

	private CompletableFuture<HttpResponse<String>> call(String actor, String key, String body) {
		return this.client.sendAsync(HttpRequest
			.newBuilder(URI.create(
					"http://localhost:%d/rivet%s".formatted(this.port, TestClient.query(actor, key, "action/hold"))))
			.header("content-type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body))
			.build(), HttpResponse.BodyHandlers.ofString());
	}

	private String error(String actor, String key, String body) {
		return call(actor, key, body).join().headers().firstValue("x-rivet-error").orElse("");
	}

	@Test
	void refusesWhatAnInstanceHasNoRoomForUnread() {
		assertThat(error("free", "k", UNREADABLE)).isEqualTo("actor.invalid_request");
		CompletableFuture<HttpResponse<String>> held = call("free", "k", "{\"args\":[[%s0]]}".formatted(HEAVY));
		Awaitility.await().until(() -> this.free.held.currentSubscriberCount() > 0);
		long before = this.limits.hits().count(Limit.INSTANCE_PENDING);
		assertThat(error("free", "k", UNREADABLE)).isEqualTo("actor.overloaded");
		assertThat(this.limits.hits().count(Limit.INSTANCE_PENDING)).isEqualTo(before + 1);
		assertThat(error("free", "k", "{\"args\":[")).isEqualTo("actor.invalid_request"); // small
		assertThat(error("free", "other", UNREADABLE)).isEqualTo("actor.invalid_request");
		this.free.held.tryEmitNext("go");
		assertThat(held.join().statusCode()).isEqualTo(200);
		assertThat(error("free", "k", UNREADABLE)).isEqualTo("actor.invalid_request");
	}

	@Test
	void refusesWhatTheNodeHasNoRoomForUnread() {
		long before = this.limits.hits().count(Limit.NODE_PENDING);
		assertThat(error("free", "node", "{\"args\":[%s".formatted("{},".repeat(15_000))))
			.isEqualTo("actor.overloaded");
		assertThat(this.limits.hits().count(Limit.NODE_PENDING)).isEqualTo(before + 1);
	}

	/** A client that may not call an instance does not find out whether it is busy. */
	@Test
	void saysNothingOfAnInstanceWithARule() {
		CompletableFuture<HttpResponse<String>> held = call("guarded", "k", "{\"args\":[[%s0]]}".formatted(HEAVY));
		Awaitility.await().until(() -> this.guarded.held.currentSubscriberCount() > 0);
		assertThat(error("guarded", "k", UNREADABLE)).isEqualTo("actor.invalid_request");
		this.guarded.held.tryEmitNext("go");
		assertThat(held.join().statusCode()).isEqualTo(200);
	}

	@Actor("free")
	static class Free {

		private final Sinks.Many<String> held = Sinks.many().multicast().directBestEffort();

		@Action
		Mono<String> hold(Object value) {
			return this.held.asFlux().next();
		}

	}

	@Actor(name = "guarded", access = "permitAll")
	static class Guarded {

		private final Sinks.Many<String> held = Sinks.many().multicast().directBestEffort();

		@Action
		Mono<String> hold(Object value) {
			return this.held.asFlux().next();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Free.class, Guarded.class })
	static class Application {

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.security.Principal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.extension.TenantResolver;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitUse;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients for which there is no room are rejected before their stream begins, with a
 * delay after which they retry.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
				"server.forward-headers-strategy=framework", "rivet.events.limits.node.connections=3",
				"rivet.events.limits.address.connections=1", "rivet.events.limits.principal.connections=1",
				"rivet.events.limits.tenant.connections=1" })
class AdmissionIntegrationTests {

	private static final int REFUSALS = 10;

	private final List<TestClient> open = new ArrayList<>();

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Autowired
	private Refusals refusals;

	/** What has no room for another connection. */
	enum Bound {

		NODE(Limit.NODE_CONNECTIONS, 3, "127.0.0.1", null, null),

		ADDRESS(Limit.ADDRESS_CONNECTIONS, 1, "198.51.100.1", null, null),

		PRINCIPAL(Limit.PRINCIPAL_CONNECTIONS, 1, "127.0.0.1", "ada", "ada"),

		TENANT(Limit.TENANT_CONNECTIONS, 1, "127.0.0.1", "acme-ada", "acme-linus");

		private final Limit limit;

		private final int connections;

		private final String address;

		private final ToServer.Hello first;

		private final ToServer.Hello second;

		Bound(Limit limit, int connections, String address, @Nullable String first, @Nullable String second) {
			this.limit = limit;
			this.connections = connections;
			this.address = address;
			this.first = hello(first);
			this.second = hello(second);
		}

		private static ToServer.Hello hello(@Nullable String user) {
			JsonNode params = (user != null) ? JsonNodeFactory.instance.stringNode(user) : null;
			return new ToServer.Hello(List.of(), null, null, params, null, null);
		}

	}

	@BeforeEach
	void forgetRefusals() {
		this.refusals.resumed.clear();
	}

	@AfterEach
	void close() {
		this.open.forEach(TestClient::close);
		Awaitility.await().until(() -> this.limits.connections() == 0);
	}

	private void fill(Bound bound) {
		for (int i = 0; i < bound.connections; i++) {
			TestSocket socket = socket(bound);
			socket.send(bound.first);
			assertThat(socket.nextExtended().tag()).isEqualTo("Init");
		}
	}

	@ParameterizedTest
	@EnumSource
	void answersAnEventStreamWithAStatus(Bound bound) {
		fill(bound);
		long hits = this.limits.hits().count(bound.limit);
		TestStream stream = stream(bound);
		HttpHeaders headers = new HttpHeaders();
		stream.response().headers().map().forEach(headers::addAll);
		assertThat(stream.response().statusCode()).isEqualTo(503);
		assertThat(headers.getContentType()).hasToString("application/problem+json");
		assertThat(Integer.parseInt(headers.getFirst("Retry-After"))).isBetween(1, 4);
		assertThat(headers.getFirst("x-rivet-error")).isEqualTo("connection.too_many");
		stream.closed();
		assertThat(stream.lines()).singleElement()
			.asString()
			.contains("\"group\":\"connection\"", "\"code\":\"too_many\"", "\"detail\":");
		assertThat(this.limits.hits().count(bound.limit)).isEqualTo(hits + 1);
		assertThat(this.limits.connections()).isEqualTo(bound.connections);
		this.open.forEach(TestClient::close);
		Awaitility.await().until(() -> this.limits.connections() == 0);
		assertThat(stream(bound).nextExtended().tag()).isEqualTo("Init");
	}

	@Test
	void countsTheFirstMessageOfAStreamNoLongerThanItTakes() {
		assertThat(stream(Bound.PRINCIPAL).nextExtended().tag()).isEqualTo("Init");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.limits.largest(1)).extracting(LimitUse::limit)
				.contains(Limit.PRINCIPAL_CONNECTIONS)
				.doesNotContain(Limit.PRINCIPAL_CALLS));
	}

	@Test
	void reportsARejectedEventStreamOnce() {
		fill(Bound.NODE);
		stream(Bound.NODE).closed();
		ToServer.Resume resume = new ToServer.Resume(new Position("epoch", 1), null, null);
		stream(Bound.NODE, new ToServer.Hello(List.of(), resume, null, null, null, null)).closed();
		assertThat(this.refusals.resumed).containsExactly(false, true);
	}

	@ParameterizedTest
	@EnumSource
	void spreadsTheReturnOfWebSockets(Bound bound) {
		fill(bound);
		Set<Long> delays = new HashSet<>();
		for (int i = 0; i < REFUSALS; i++) {
			TestSocket socket = socket(bound);
			if (bound.second.params() != null) {
				socket.send(bound.second); // others are rejected before
			}
			Received close = socket.next("Close");
			assertThat(close.text("code")).isEqualTo("too_many");
			assertThat(close.text("advice")).isEqualTo("later");
			delays.add(close.value().path("retryAfter").asLong());
		}
		assertThat(delays).allSatisfy((delay) -> assertThat(delay).isBetween(1000L, 4000L))
			.hasSizeGreaterThan(REFUSALS / 2);
	}

	private TestSocket socket(Bound bound) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Forwarded-For", bound.address);
		TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "k"), Encoding.EXTENDED_JSON, headers);
		this.open.add(socket);
		return socket;
	}

	private TestStream stream(Bound bound) {
		return stream(bound, bound.second);
	}

	private TestStream stream(Bound bound, ToServer.Hello hello) {
		TestStream stream = TestStream.post(base(), TestClient.query("room", "k", "sse"), hello, "X-Forwarded-For",
				bound.address);
		this.open.add(stream);
		return stream;
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		@Bean
		ConnectionAuthenticator authenticator() {
			return (params) -> (params != null) ? Mono.just(new User(params.stringValue())) : Mono.empty();
		}

		@Bean
		TenantResolver tenants() {
			return (identity) -> {
				Principal user = identity.principal();
				return (user != null && user.getName().startsWith("acme-")) ? "acme" : null;
			};
		}

		@Bean
		Refusals refusals() {
			return new Refusals();
		}

		record User(String getName) implements Principal {
		}

	}

	/** Records whether the clients that were rejected had resumed a stream. */
	static class Refusals implements ConnectionObserver {

		private final Queue<Boolean> resumed = new ConcurrentLinkedQueue<>();

		@Override
		public void connectionRefused(URI handshake, boolean resumes, RivetException refusal) {
			this.resumed.add(resumes);
		}

	}

}

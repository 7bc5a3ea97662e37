/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;

import io.rivetevents.error.UserError;
import io.rivetevents.extension.TenantResolver;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients count for the tenant that a bean of the application finds. Here it is their
 * address, which a header sets.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "management.health.redis.enabled=false", "rivet.events.shutdown.spread=0s",
				"rivet.events.websocket.rejection-delay=10ms", "server.forward-headers-strategy=framework",
				"rivet.events.limits.tenant.connections=1", "rivet.events.limits.tenant.instances=1" })
class TenantShareIntegrationTests {

	private static final String SUSPENDED = "198.51.100.9";

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@Test
	void boundsTheConnectionsAndInstancesOfATenant() throws Exception {
		try (TestSocket first = open("198.51.100.1")) {
			assertThat(first.next(ToClient.class)).isInstanceOf(ToClient.Init.class);
			assertThat(open("198.51.100.1").next(ToClient.Error.class).code()).isEqualTo("too_many");
			assertThat(create("198.51.100.1")).isEqualTo(503);
			assertThat(create("198.51.100.2")).isEqualTo(200);
			assertThat(this.limits.hits().count(Limit.TENANT_CONNECTIONS)).isEqualTo(1);
			assertThat(this.limits.hits().count(Limit.TENANT_INSTANCES)).isEqualTo(1);
		}
	}

	@Test
	void rejectsClientsWhoseTenantIsNotFound() throws Exception {
		assertThat(open(SUSPENDED).next(ToClient.Error.class).code()).isEqualTo("suspended");
		assertThat(create(SUSPENDED)).isEqualTo(400);
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private TestSocket open(String address) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("X-Forwarded-For", address);
		return TestSocket.open(base() + TestSocket.query("room", address), Encoding.JSON, headers);
	}

	private int create(String address) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(base() + "/actors"))
			.header("content-type", "application/json")
			.header("X-Forwarded-For", address)
			.PUT(HttpRequest.BodyPublishers.ofString("{\"name\":\"room\",\"key\":\"of-%s\"}".formatted(address)))
			.build();
		return this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, TestActors.Room.class })
	static class Application {

		@Bean
		TenantResolver tenants() {
			return (identity) -> {
				String address = String.valueOf(identity.address());
				if (address.endsWith(SUSPENDED)) {
					throw new UserError("suspended", "The tenant is suspended.");
				}
				return address;
			};
		}

	}

}

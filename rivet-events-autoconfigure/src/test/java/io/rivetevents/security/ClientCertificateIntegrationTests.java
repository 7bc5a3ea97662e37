/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.UUID;

import javax.net.ssl.KeyManagerFactory;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestCertificate;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Clients that sign in by the certificate of their TLS connection. The server accepts the
 * certificate of each user.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "rivet.events.security.expiry-grace=300ms",
		"rivet.events.security.authentication-required=true", "rivet.events.shutdown.spread=0s" })
class ClientCertificateIntegrationTests {

	/** Until the certificate expires from which the time of a test is. */
	private static final String SHORT = "-1d+3S";

	private static final String LONG = "-1M";

	@TempDir
	static Path folder;

	@LocalServerPort
	private int port;

	private String base() {
		return "https://localhost:%d/rivet".formatted(this.port);
	}

	/** Returns a client with a new certificate, which is valid for a day or a year. */
	private static HttpClient client(String user, String start) {
		Path store = folder.resolve(UUID.randomUUID() + ".p12");
		TestCertificate.create(store, user, "-startdate", start, "-validity", start.equals(SHORT) ? "1" : "365");
		return client(keys(store));
	}

	private static HttpClient client(@Nullable KeyManagerFactory keys) {
		return HttpClient.newConnection()
			.secure((ssl) -> ssl.sslContext(Http11SslContextSpec.forClient()
				.configure((builder) -> builder.trustManager(InsecureTrustManagerFactory.INSTANCE).keyManager(keys))));
	}

	private static KeyManagerFactory keys(Path store) {
		try (InputStream in = Files.newInputStream(store)) {
			KeyStore keys = KeyStore.getInstance("PKCS12");
			keys.load(in, "changeit".toCharArray());
			KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
			factory.init(keys, "changeit".toCharArray());
			return factory;
		}
		catch (IOException | GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private TestSocket open(HttpClient client, Encoding encoding) {
		return TestSocket.open(client, base() + TestClient.query("desk", "k", "connect"), encoding, new HttpHeaders());
	}

	private TestSocket connect(HttpClient client, @Nullable JsonNode credentials) {
		TestSocket socket = open(client, Encoding.EXTENDED_JSON);
		socket.send(new ToServer.Hello(List.of(), null, null, null, credentials, null));
		return socket;
	}

	private JsonNode ticket(HttpClient client) {
		String answer = client.post()
			.uri(base() + "/ticket")
			.responseSingle((response, body) -> body.asString())
			.block();
		return new JsonMapper().readTree(answer);
	}

	private static void assertExpires(TestSocket socket) {
		socket.next("Init");
		socket.call(1, "who");
		assertThat(socket.next("ActionResponse").text("output")).isEqualTo("ada");
		assertThat(socket.next("Expiring").value().get("remaining").longValue()).isBetween(0L, 3000L);
		assertThat(socket.next("Close").text("code")).isEqualTo("expired");
	}

	@Test
	void closesAConnectionAfterItsCertificateHasExpired() {
		assertExpires(connect(client("ada", SHORT), null));
	}

	@Test
	void closesAConnectionOfATicketAfterTheCertificateHasExpired() {
		assertExpires(connect(client(null), ticket(client("ada", SHORT))));
	}

	@Test
	void closesAPlainClientWhenItsCertificateExpires() {
		TestSocket socket = open(client("ada", SHORT), Encoding.JSON);
		socket.next(ToClient.Init.class);
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "auth.expired"));
	}

	@Test
	void endsAnEventStreamAfterTheCertificateHasExpired() {
		String lines = client("ada", SHORT).get()
			.uri(base() + TestClient.query("desk", "k", "sse"))
			.responseContent()
			.aggregate()
			.asString()
			.block();
		assertThat(lines).containsSubsequence("rivet:init", "rivet:expiring", "rivet:close", "expired");
	}

	@Test
	void renewsAConnectionByATicketOfANewCertificate() {
		JsonNode renewed = ticket(client("ada", LONG));
		try (TestSocket socket = connect(client("ada", SHORT), null)) {
			socket.next("Expiring");
			socket.send(new ToServer.Authenticate(renewed));
			assertThat(socket.next("AuthenticateResponse").value().get("remaining").longValue()).isGreaterThan(10_000);
			socket.call(1, "who");
			assertThat(socket.next("ActionResponse").text("output")).isEqualTo("ada");
		}
	}

	@Test
	void rejectsACertificateOfAnUnknownUser() {
		HttpClient client = client("eve", LONG);
		assertThatThrownBy(() -> connect(client, null)).hasMessageContaining("401");
		assertThat(client.post().uri(base() + "/ticket").response().block().status().code()).isEqualTo(401);
	}

	@Test
	void rejectsAClientWithoutACertificate() {
		assertThat(connect(client(null), null).next("Close").text("code")).isEqualTo("authentication_required");
		assertThat(ticket(client(null)).get("code").stringValue()).isEqualTo("authentication_required");
	}

	@Actor("desk")
	static class Desk {

		@Action
		String who(Authentication caller) {
			return caller.getName();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Desk.class })
	static class Application {

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.x509(Customizer.withDefaults())
				.build();
		}

		@Bean
		NettyServerCustomizer tls() {
			Path store = folder.resolve("server.p12");
			TestCertificate.create(store);
			return (server) -> server.secure((ssl) -> ssl.sslContext(Http11SslContextSpec.forServer(keys(store))
				.configure((builder) -> builder.clientAuth(ClientAuth.OPTIONAL)
					.trustManager(InsecureTrustManagerFactory.INSTANCE))));
		}

	}

}

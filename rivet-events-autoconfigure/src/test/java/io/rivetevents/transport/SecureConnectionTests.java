/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.ByteBufMono;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The same deadlines with TLS, and with HTTP/2 above it.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.limits.header-timeout=2s", "rivet.events.limits.idle-timeout=2s",
				"rivet.events.limits.body-timeout=2s", "rivet.events.limits.write-timeout=2s",
				"server.http2.enabled=true", "server.ssl.key-store-password=changeit",
				"server.ssl.key-store-type=PKCS12" })
class SecureConnectionTests {

	@TempDir
	static Path folder;

	@LocalServerPort
	private int port;

	@Autowired
	private Limits limits;

	@DynamicPropertySource
	static void certificate(DynamicPropertyRegistry registry) {
		Path store = folder.resolve("test.p12");
		TestCertificate.create(store);
		registry.add("server.ssl.key-store", store::toString);
	}

	private HttpClient client(HttpProtocol protocol) {
		return HttpClient.create(ConnectionProvider.create("test"))
			.protocol(protocol)
			.secure((
					ssl) -> ssl
						.sslContext(
								(protocol == HttpProtocol.H2)
										? Http2SslContextSpec.forClient()
											.configure((builder) -> builder
												.trustManager(InsecureTrustManagerFactory.INSTANCE))
										: Http11SslContextSpec.forClient()
											.configure((builder) -> builder
												.trustManager(InsecureTrustManagerFactory.INSTANCE))))
			.baseUrl("https://localhost:%d/rivet".formatted(this.port));
	}

	@Test
	void closesHalfAHandshake() throws IOException {
		long before = this.limits.hits().count(Limit.HEADER_TIMEOUT);
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.setSoTimeout(10_000);
			socket.getOutputStream().write(new byte[] { 0x16, 3, 1, 1, 0, 1 });
			socket.getInputStream().readAllBytes();
		}
		assertThat(this.limits.hits().count(Limit.HEADER_TIMEOUT)).isGreaterThan(before);
	}

	@ParameterizedTest
	@EnumSource(value = HttpProtocol.class, names = { "HTTP11", "H2" })
	void closesAnIdleConnectionOnly(HttpProtocol protocol) {
		long before = this.limits.hits().count(Limit.IDLE_TIMEOUT);
		HttpClient client = client(protocol);
		Flux<String> stream = client.get().uri(TestClient.query("room", "tls", "sse")).responseContent().asString();
		// from the first line on, however long it took to connect
		String lines = stream.publish((all) -> all.takeUntilOther(all.next().delayElement(Duration.ofSeconds(3))))
			.collectList()
			.map((all) -> String.join("", all))
			.block(Duration.ofSeconds(30));
		assertThat(lines).contains("rivet:init").doesNotContain("rivet:close");
		String health = client.get().uri("/health").responseContent().aggregate().asString().block();
		assertThat(health).contains("ok");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.limits.hits().count(Limit.IDLE_TIMEOUT)).isGreaterThan(before));
	}

	/** The socket shows nothing of it: other streams go on. */
	@Test
	void endsAStreamWhoseAnswerIsNotTaken() {
		long before = this.limits.hits().count(Limit.WRITE_TIMEOUT);
		// a part of what the connection may have, which all streams share
		HttpClient client = client(HttpProtocol.H2).http2Settings((settings) -> settings.initialWindowSize(16 * 1024));
		AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
		BaseSubscriber<ByteBuf> deaf = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(1);
			}

			@Override
			protected void hookOnError(Throwable ex) {
				failure.set(ex);
			}

		};
		client.headers((headers) -> headers.set("Content-Type", "application/json"))
			.post()
			.uri(TestClient.query("large", "tls", "action/make"))
			.send(ByteBufMono.fromString(Mono.just("{\"args\":[900000]}")))
			.responseContent()
			.subscribe(deaf);
		Awaitility.await().until(() -> this.limits.sending().used() >= 900_000);
		Awaitility.await().until(() -> {
			assertThat(client.get().uri("/health").responseContent().aggregate().asString().block()).contains("ok");
			return this.limits.hits().count(Limit.WRITE_TIMEOUT) > before;
		});
		Awaitility.await().until(() -> this.limits.sending().used() == 0);
		deaf.request(Long.MAX_VALUE);
		Awaitility.await().until(() -> failure.get() != null);
	}

	@Test
	void endsAStreamWhoseBodyDoesNotCome() {
		long before = this.limits.hits().count(Limit.BODY_TIMEOUT);
		Mono<String> answer = client(HttpProtocol.H2).post()
			.uri("https://localhost:%d/app/whole".formatted(this.port))
			.send(ByteBufFlux.fromString(Flux.concat(Mono.just("part"), Mono.never())))
			.responseContent()
			.aggregate()
			.asString();
		assertThatThrownBy(() -> answer.block(Duration.ofSeconds(20))).isNotInstanceOf(IllegalStateException.class);
		assertThat(this.limits.hits().count(Limit.BODY_TIMEOUT)).isGreaterThan(before);
	}

	@Test
	void leavesABodyThatComesSlowlyAllItsTime() {
		Flux<String> parts = Flux.interval(Duration.ofMillis(500)).take(10).map((part) -> "part");
		String answer = client(HttpProtocol.H2).post()
			.uri("https://localhost:%d/app/whole".formatted(this.port))
			.send(ByteBufFlux.fromString(parts))
			.responseContent()
			.aggregate()
			.asString()
			.block(Duration.ofSeconds(20));
		assertThat(answer).isEqualTo("40");
	}

	@Actor("large")
	static class Large {

		@Action
		String make(int size) {
			return "x".repeat(size);
		}

	}

	@RestController
	static class Routes {

		@PostMapping("/app/whole")
		Mono<String> whole(@RequestBody Mono<byte[]> body) {
			return body.map((bytes) -> String.valueOf(bytes.length));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenRoutes.class, TestActors.Room.class, Large.class, Routes.class })
	static class Application {

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.RivetError;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.ExtendedClientCodec.Received;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An exception that the application defines results in the same error over each
 * transport.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class RivetErrorIntegrationTests {

	@LocalServerPort
	private int port;

	private final String key = UUID.randomUUID().toString();

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EXTENDED_CBOR", "EVENT_STREAM" })
	void isAnErrorOfTheConnection(Encoding encoding) {
		try (TestClient client = TestClient.connect("http://localhost:%d/rivet".formatted(this.port), encoding, "shop",
				this.key, TestClient.HELLO)) {
			client.next("Init");
			client.call(1, "buy");
			Received error = client.next("Error");
			assertThat(error.text("group")).isEqualTo("shop");
			assertThat(error.text("code")).isEqualTo("out_of_stock");
			assertThat(error.text("message")).isEqualTo("Sold out");
		}
	}

	@Test
	void isTheStatusOfAnAnswer() throws Exception {
		String query = "rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=" + this.key;
		HttpResponse<String> answer = send(HttpRequest.newBuilder(uri("/rivet/gateway/shop/action/buy?" + query))
			.header("content-type", "application/json")
			.header("x-rivet-encoding", "json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"args\":[]}"))
			.build());
		assertThat(answer.statusCode()).isEqualTo(499);
		assertThat(answer.headers().firstValue("x-rivet-error")).contains("shop.out_of_stock");
		assertThat(answer.body()).contains("Sold out").doesNotContain("secret");
	}

	@Test
	void isTheProblemOfAController() throws Exception {
		HttpResponse<String> answer = send(HttpRequest.newBuilder(uri("/buy")).build());
		assertThat(answer.statusCode()).isEqualTo(499);
		assertThat(answer.body()).contains("\"group\":\"shop\"", "\"code\":\"out_of_stock\"", "Sold out")
			.doesNotContain("secret");
	}

	private URI uri(String path) {
		return URI.create("http://localhost:%d%s".formatted(this.port, path));
	}

	private static HttpResponse<String> send(HttpRequest request) throws Exception {
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
	}

	/** The status has no name in Spring. */
	@RivetError(group = "shop", code = "out_of_stock", status = 499, message = "Sold out")
	static class OutOfStock extends RuntimeException {

		OutOfStock() {
			super("a secret");
		}

	}

	@Actor("shop")
	static class Shop {

		@Action
		Mono<String> buy() {
			return Mono.error(new OutOfStock());
		}

	}

	@RestController
	static class Controller {

		private final Actors actors;

		Controller(Actors actors) {
			this.actors = actors;
		}

		@GetMapping("/buy")
		Mono<String> buy() {
			return this.actors.getOrCreate("shop", "k").call("buy", String.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Shop.class, Controller.class, OpenRoutes.class })
	static class Application {

	}

}

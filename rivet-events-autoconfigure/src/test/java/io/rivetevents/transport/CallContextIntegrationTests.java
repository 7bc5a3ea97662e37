/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.List;

import io.micrometer.context.ContextRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The trace context of a request is passed to actions and hooks, on each route.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.base-path=/")
class CallContextIntegrationTests {

	private static final String KEY = "test.trace";

	private static final String HEADER = "trace";

	private static final ThreadLocal<@Nullable String> TRACE = new ThreadLocal<>();

	@LocalServerPort
	private int port;

	@BeforeAll
	static void register() {
		ContextRegistry.getInstance().registerThreadLocalAccessor(KEY, TRACE);
	}

	@AfterAll
	static void unregister() {
		ContextRegistry.getInstance().removeThreadLocalAccessor(KEY);
	}

	private String base() {
		return "http://localhost:" + this.port;
	}

	private WebTestClient client() {
		return WebTestClient.bindToServer().baseUrl(base()).build();
	}

	private String get(String path) {
		return new String(client().get()
			.uri(path)
			.header(HEADER, "t1")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.returnResult()
			.getResponseBody());
	}

	@Test
	void passesFromAReactiveController() {
		assertThat(get("/reactive")).isEqualTo("t1");
	}

	@Test
	void passesFromTheThreadOfAController() {
		assertThat(get("/blocking")).isEqualTo("t1");
	}

	@Test
	void passesFromARequestToItsAction() {
		byte[] answer = client().post()
			.uri("/gateway/traced/action/look?rvt-namespace=default&rvt-method=getOrCreate&rvt-runner=default&rvt-key=k")
			.header("x-rivet-encoding", "json")
			.header(HEADER, "t1")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(ClientCodec.encodeActionRequest(Encoding.JSON, List.of()))
			.exchange()
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(ClientCodec.decodeActionResponse(Encoding.JSON, answer).stringValue()).isEqualTo("t1");
	}

	@Test
	void passesFromAHandshakeToItsHooksAlone() {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HEADER, "t1");
		TestSocket socket = TestSocket.open(base() + TestSocket.query("traced", "socket"), Encoding.JSON, headers);
		socket.next(ToClient.Init.class);
		socket.call(1, "connected");
		assertThat(socket.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("t1");
		socket.call(2, "look");
		assertThat(socket.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("none");
		socket.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ OpenAccess.class, Traced.class, Controller.class })
	static class Application {

		@Bean
		WebFilter traces() {
			return (exchange, chain) -> {
				String trace = exchange.getRequest().getHeaders().getFirst(HEADER);
				return chain.filter(exchange)
					.contextWrite((context) -> (trace != null) ? context.put(KEY, trace) : Context.of(context));
			};
		}

	}

	@RestController
	static class Controller {

		private final Actors actors;

		Controller(Actors actors) {
			this.actors = actors;
		}

		@GetMapping("/reactive")
		Mono<String> reactive() {
			return this.actors.getOrCreate("traced", "k").call("look", String.class);
		}

		@GetMapping("/blocking")
		Mono<String> blocking() {
			return Mono.deferContextual((context) -> Mono.fromCallable(() -> {
				TRACE.set(context.get(KEY));
				try {
					return this.actors.getOrCreate("traced", "k").call("look", String.class).block();
				}
				finally {
					TRACE.remove();
				}
			}).subscribeOn(Schedulers.boundedElastic()));
		}

	}

	@Actor("traced")
	static class Traced {

		private volatile String connected = "";

		@OnConnect
		void connect() {
			this.connected = trace();
		}

		@Action
		String connected() {
			return this.connected;
		}

		@Action
		String look() {
			return trace();
		}

		private static String trace() {
			String trace = TRACE.get();
			return (trace != null) ? trace : "none";
		}

	}

}

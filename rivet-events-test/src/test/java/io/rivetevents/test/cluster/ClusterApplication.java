/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;

/**
 * A node of a cluster in a process of its own. It prints its port, and ends when its
 * standard input does, that is with the test that has started it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ClusterApplication.Book.class)
class ClusterApplication {

	static final String PORT = "port: ";

	public static void main(String[] args) {
		Thread parent = new Thread(ClusterApplication::endWithInput, "parent");
		parent.setDaemon(true);
		parent.start();
		ReactiveWebServerApplicationContext context = (ReactiveWebServerApplicationContext) SpringApplication
			.run(ClusterApplication.class, args);
		System.out.println(PORT + context.getWebServer().getPort());
	}

	private static void endWithInput() {
		try {
			System.in.readAllBytes();
		}
		catch (IOException ex) {
			// it has ended, too
		}
		Runtime.getRuntime().halt(0);
	}

	@Bean
	SecurityWebFilterChain security(ServerHttpSecurity http) {
		return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
			.csrf(ServerHttpSecurity.CsrfSpec::disable)
			.build();
	}

	/** Calls actors of any node as the code of an application does. */
	@Bean
	RouterFunction<ServerResponse> calls(Actors actors, OutboundRegistry registry) {
		return RouterFunctions.route()
			.POST("/add/{book}/{entry}", (request) -> add(actors, request))
			.GET("/entries/{book}",
					(request) -> answer(
							actors.getOrCreate("book", request.pathVariable("book")).call("entries", List.class)))
			.GET("/owner/{book}",
					(request) -> answer(
							actors.getOrCreate("book", request.pathVariable("book")).call("owner", String.class)))
			.GET("/node", (request) -> ServerResponse.ok().bodyValue(registry.node()))
			.build();
	}

	private static Mono<ServerResponse> add(Actors actors, ServerRequest request) {
		return answer(actors.getOrCreate("book", request.pathVariable("book"))
			.call("add", Integer.class, request.pathVariable("entry")));
	}

	private static Mono<ServerResponse> answer(Mono<?> call) {
		return call.flatMap((value) -> ServerResponse.ok().bodyValue(value))
			.onErrorResume(RivetException.class, (ex) -> ServerResponse.status(HttpStatusCode.valueOf(ex.status()))
				.bodyValue(ex.group() + "." + ex.code()));
	}

	static class Entries {

		public List<String> entries = new ArrayList<>();

	}

	/** Keeps entries in the order in which they were added. */
	@Actor("book")
	static class Book {

		private final OutboundRegistry registry;

		Book(OutboundRegistry registry) {
			this.registry = registry;
		}

		@CreateState
		Entries createState() {
			return new Entries();
		}

		@Action(durable = true)
		int add(ActorContext<Entries, ?> c, String entry) {
			c.state().entries.add(entry);
			c.broadcast("added", entry);
			return c.state().entries.size();
		}

		@Action
		List<String> entries(ActorContext<Entries, ?> c) {
			return c.state().entries;
		}

		/** Returns the name of the node that runs the instance. */
		@Action
		String owner() {
			return this.registry.node();
		}

	}

}

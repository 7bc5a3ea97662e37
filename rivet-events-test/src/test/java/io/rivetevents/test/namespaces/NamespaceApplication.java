/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.namespaces;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
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
import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.cluster.status.ClusterStatus;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;

/**
 * A node of a cluster in a process of its own. It writes a line when it is ready, and
 * ends when its standard input does, that is with the run that has started it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(NamespaceApplication.Ledger.class)
class NamespaceApplication {

	static final String READY = "ready";

	public static void main(String[] args) {
		Thread parent = new Thread(NamespaceApplication::endWithInput, "parent");
		parent.setDaemon(true);
		parent.start();
		SpringApplication.run(NamespaceApplication.class, args);
		System.out.println(READY);
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
	RouterFunction<ServerResponse> calls(Actors actors, OutboundRegistry registry, Cluster node) {
		return RouterFunctions.route()
			.POST("/add/{ledger}/{entry}", (request) -> add(actors, request))
			.GET("/entries/{ledger}",
					(request) -> answer(
							actors.getOrCreate("ledger", request.pathVariable("ledger")).call("entries", List.class)))
			.GET("/owner/{ledger}",
					(request) -> answer(
							actors.getOrCreate("ledger", request.pathVariable("ledger")).call("owner", String.class)))
			.GET("/status", (request) -> ServerResponse.ok().bodyValue(status(registry.node(), node.status())))
			.build();
	}

	private static Mono<ServerResponse> add(Actors actors, ServerRequest request) {
		return answer(actors.getOrCreate("ledger", request.pathVariable("ledger"))
			.call("add", Integer.class, request.pathVariable("entry"),
					Integer.parseInt(request.queryParam("fill").orElse("0"))));
	}

	private static Mono<ServerResponse> answer(Mono<?> call) {
		return call.flatMap((value) -> ServerResponse.ok().bodyValue(value))
			.onErrorResume(RivetException.class, (ex) -> ServerResponse.status(HttpStatusCode.valueOf(ex.status()))
				.bodyValue(ex.group() + "." + ex.code()));
	}

	private static Map<String, Object> status(String name, ClusterStatus status) {
		return Map.of("node", name, "nodes", status.nodes(), "waiting", status.waiting(), "links", status.links(),
				"backlog", status.backlog());
	}

	static class Entries {

		public List<String> entries = new ArrayList<>();

	}

	/** Keeps entries in the order in which they were added. */
	@Actor("ledger")
	static class Ledger {

		private final OutboundRegistry registry;

		Ledger(OutboundRegistry registry) {
			this.registry = registry;
		}

		@CreateState
		Entries createState() {
			return new Entries();
		}

		/**
		 * Adds an entry.
		 * @param fill characters that its event has in addition
		 */
		@Action(durable = true)
		int add(ActorContext<Entries, ?> c, String entry, int fill) {
			c.state().entries.add(entry);
			int number = c.state().entries.size();
			c.broadcast("added", number, "x".repeat(fill));
			return number;
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

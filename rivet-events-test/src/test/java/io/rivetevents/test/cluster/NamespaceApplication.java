/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.cluster.status.Cluster;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;

/**
 * A node of a cluster in a process and a network namespace of its own. It writes a line
 * when it is ready, and ends when its standard input does, that is with the run that has
 * started it.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({ NamespaceApplication.Ledger.class, ClusterController.class, SleepWatch.class, Partition.class,
		ClusterApplication.Security.class })
class NamespaceApplication {

	static final String READY = "ready";

	/** Name of the actor. */
	static final String LEDGER = "ledger";

	/** Name of the event, whose argument is the number of the entry. */
	static final String COUNTED = "counted";

	public static void main(String[] args) {
		ClusterApplication.endWithInput();
		SpringApplication.run(NamespaceApplication.class, args);
		System.out.println(READY);
	}

	/** What {@link ClusterController} does not have. */
	@Bean
	RouterFunction<ServerResponse> calls(Actors actors, Cluster node) {
		return RouterFunctions.route()
			.POST("/count/{ledger}/{entry}", (request) -> count(actors, request))
			.GET("/status", (request) -> ServerResponse.ok().bodyValue(node.status()))
			.build();
	}

	private static Mono<ServerResponse> count(Actors actors, ServerRequest request) {
		return actors.getOrCreate(LEDGER, request.pathVariable("ledger"))
			.call("count", Integer.class, request.pathVariable("entry"),
					Integer.parseInt(request.queryParam("fill").orElse("0")))
			.flatMap((number) -> ServerResponse.ok().bodyValue(number))
			.onErrorResume(RivetException.class,
					(ex) -> ServerResponse.status(ex.status()).bodyValue(ex.group() + "." + ex.code()));
	}

	/** Numbers the entries in its events. */
	@Actor(LEDGER)
	static class Ledger extends ClusterActors.Notes {

		Ledger(OutboundRegistry registry) {
			super(registry);
		}

		/**
		 * Adds an entry.
		 * @param fill characters that its event has in addition
		 */
		@Action(durable = true)
		int count(ActorContext<ClusterActors.Entries, ?> c, String entry, int fill) {
			c.state().entries.add(entry);
			int number = c.state().entries.size();
			c.broadcast(COUNTED, number, "x".repeat(fill));
			return number;
		}

	}

}

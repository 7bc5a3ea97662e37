/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.Actors;
import io.rivetevents.connection.Connections;
import io.rivetevents.event.BadRequestEvent;

// tag::outside
@Component
class Orders {

	private static final Log logger = LogFactory.getLog(Orders.class);

	private final Actors actors;

	private final Connections connections;

	Orders(Actors actors, Connections connections) {
		this.actors = actors;
		this.connections = connections;
	}

	void ship(String order, String customer) {
		this.connections.user(customer).afterCommit().send("shipped", order);
		this.actors.get("warehouse", "north").broadcast("orderLeft", order);
	}

	Mono<Void> cancel(Mono<Void> deleted, String order, String customer) {
		return deleted.then(this.connections.user(customer).afterCommit((user) -> user.send("cancelled", order)));
	}

	void announce(Duration maintenance) {
		this.connections.everywhere().send("maintenance", maintenance.toMinutes());
		this.connections.here().where((connection) -> connection.actorName().equals("game")).send("saveNow");
	}

	@EventListener
	void on(BadRequestEvent event) {
		logger.info("%s sent what does not fit: %s".formatted(event.connection(), event.message()));
	}

}
// end::outside

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connections;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.inspection.Inspection;
import io.rivetevents.protocol.CloseReason;

/**
 * Changes that operators make. Each result is empty if there is no such instance or
 * connection. Safe for use by several threads.
 */
final class NodeOperations {

	private final LocalNode node;

	private final Inspection inspection;

	private final OutboundRegistry registry;

	private final Connections connections;

	private final Scheduler workers;

	NodeOperations(LocalNode node, Inspection inspection, OutboundRegistry registry, Connections connections,
			Scheduler workers) {
		this.node = node;
		this.inspection = inspection;
		this.registry = registry;
		this.connections = connections;
		this.workers = workers;
	}

	/**
	 * Closes a connection whose actor or whose socket is on this node.
	 * @param reason text that the client receives, {@code null} for none
	 */
	Mono<Map<String, Object>> close(String connectionId, @Nullable String reason) {
		return Mono.fromSupplier(() -> {
			String text = (reason != null) ? reason : "";
			ActorConnection connection = this.registry.members().find(connectionId);
			Outbound outbound = (connection != null) ? connection.outbound() : this.registry.outbound(connectionId);
			if (outbound == Outbound.NONE) {
				return null;
			}
			outbound.close(CloseReason.disconnected(text));
			return Map.of("closed", 1);
		});
	}

	/** Closes the connections of a user on all nodes. */
	Mono<Map<String, Object>> closeUser(String user, @Nullable String issuer) {
		return Mono
			.<Map<String, Object>>fromSupplier(() -> Map.of("closed",
					(issuer != null) ? this.connections.closeUser(user, issuer) : this.connections.closeUser(user)))
			.subscribeOn(this.workers);
	}

	/** Puts an instance to sleep. */
	Mono<Map<String, Object>> sleep(ActorAddress address) {
		return this.inspection.sleep(address).map((sleeps) -> Map.of("status", sleeps ? "sleeping" : "awake"));
	}

	/** Rejects new connections until the node is started again. */
	Mono<Map<String, Object>> drain() {
		return Mono.fromSupplier(() -> {
			this.node.drain();
			return Map.of("draining", true);
		});
	}

}

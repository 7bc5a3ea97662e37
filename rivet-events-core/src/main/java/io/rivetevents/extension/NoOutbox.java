/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.util.List;

import tools.jackson.databind.JsonNode;

/**
 * Rejects everything, and names what is missing.
 */
final class NoOutbox implements Outbox {

	@Override
	public void add(AddressedEvent event) {
		throw missing();
	}

	@Override
	public void add(ActorTarget target, String action, List<JsonNode> args) {
		throw missing();
	}

	private static IllegalStateException missing() {
		return new IllegalStateException("durable() requires a database: add the dependencies"
				+ " io.rivetevents:rivet-events-jdbc and org.springframework.boot:spring-boot-starter-jdbc, and set"
				+ " rivet.events.state.store=jdbc");
	}

	@Override
	public void received(String id) {
		// an event of a node that has a database
	}

	@Override
	public OutboxStatus status() {
		return new OutboxStatus(0, 0, 0, 0, 0);
	}

}

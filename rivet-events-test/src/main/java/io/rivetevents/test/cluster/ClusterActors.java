/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.History;
import io.rivetevents.delivery.OutboundRegistry;

/**
 * Actors that keep entries in the order in which they were added, and send an event for
 * each of them.
 */
final class ClusterActors {

	/** Name of the actor whose events are stored. */
	static final String BOOK = "book";

	/** Name of the actor whose events are kept in memory. */
	static final String DRAFT = "draft";

	/** Name of the actor that sleeps while clients are connected. */
	static final String NAP = "nap";

	/** Name of the event, whose argument is the entry. */
	static final String ADDED = "added";

	private ClusterActors() {
	}

	static class Entries {

		public List<String> entries = new ArrayList<>();

	}

	/** What both actors do. */
	abstract static class Notes {

		private final OutboundRegistry registry;

		Notes(OutboundRegistry registry) {
			this.registry = registry;
		}

		@CreateState
		Entries createState() {
			return new Entries();
		}

		@Action(durable = true)
		int add(ActorContext<Entries, ?> c, String entry) {
			c.state().entries.add(entry);
			c.broadcast(ADDED, entry);
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

	@Actor(BOOK)
	@History(durable = true, maxEvents = 20_000)
	static class Book extends Notes {

		Book(OutboundRegistry registry) {
			super(registry);
		}

	}

	/** The state of each connection shows whether its hooks were called once. */
	@Actor(name = NAP, hibernate = true, sleepTimeout = "300ms")
	static class Nap extends Notes {

		Nap(OutboundRegistry registry) {
			super(registry);
		}

		@CreateConnState
		String createConnState() {
			return UUID.randomUUID().toString();
		}

		@OnConnect
		void connected(Connection<String> connection) {
			connection.setState(connection.state() + " connected");
		}

		/** Returns the ids and states of its connections. */
		@Action
		List<String> connections(ActorContext<Entries, String> c) {
			return c.conns()
				.stream()
				.filter((connection) -> !connection.isStateless())
				.map((connection) -> connection.id() + " " + connection.state())
				.sorted()
				.toList();
		}

	}

	@Actor(DRAFT)
	static class Draft extends Notes {

		Draft(OutboundRegistry registry) {
			super(registry);
		}

	}

}

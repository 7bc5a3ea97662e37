/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.List;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
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

	@Actor(DRAFT)
	static class Draft extends Notes {

		Draft(OutboundRegistry registry) {
			super(registry);
		}

	}

}

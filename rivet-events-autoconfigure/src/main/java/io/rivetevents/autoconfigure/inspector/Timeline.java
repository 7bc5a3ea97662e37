/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Clock;
import java.time.Instant;
import java.util.List;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.stream.PastEvent;
import io.rivetevents.autoconfigure.actuate.ForwardedRequest;
import io.rivetevents.autoconfigure.actuate.RemoteInstances;
import io.rivetevents.placement.LocalNode;

/**
 * The events of instances that are in their histories, in pages. Safe for use by several
 * threads.
 */
final class Timeline {

	/** Most events of a page. */
	static final int PAGE = 50;

	/** Most bytes of the arguments of a page, unless one event alone has more. */
	static final long MAX_BYTES = 256 * 1024;

	private final LocalNode node;

	private final RemoteInstances remote;

	private final Scheduler workers;

	private final Clock clock;

	/**
	 * Creates the timeline of all instances.
	 * @param node has the instances of this node
	 * @param remote reads those of other nodes
	 * @param workers scheduler that waits for instances
	 * @param clock source of the times of events
	 */
	Timeline(LocalNode node, RemoteInstances remote, Scheduler workers, Clock clock) {
		this.node = node;
		this.remote = remote;
		this.workers = workers;
		this.clock = clock;
	}

	/**
	 * Returns a page of events, the newest first.
	 * @param actor the instance; it is not woken
	 * @param before position before which the events are
	 * @param values what the viewer may see
	 * @return fails with {@link RemoteInstances.UnansweredException} if its node does not
	 * answer
	 */
	Mono<JsonNode> page(ActorAddress actor, long before, ShownValues values) {
		return this.remote.readDocument(ForwardedRequest.history(actor, before, values.shown()),
				pageHere(actor, before, values));
	}

	/** Returns a page of an instance of this node. */
	Mono<JsonNode> pageHere(ActorAddress actor, long before, ShownValues values) {
		return Mono.<JsonNode>fromSupplier(() -> read(actor, before, values)).subscribeOn(this.workers);
	}

	/** Waits while the instance sends an event. */
	private JsonNode read(ActorAddress actor, long before, ShownValues values) {
		List<PastEvent> past = this.node.past(actor, before, PAGE, MAX_BYTES);
		Instant now = this.clock.instant();
		ObjectNode page = JsonNodeFactory.instance.objectNode();
		ArrayNode events = page.putArray("events");
		for (PastEvent each : past) {
			ObjectNode event = EventJson.event(events, each.position(), each.event(), each.tags());
			event.put("at", now.minus(each.age()).toString());
			if (each.args() != null) {
				EventJson.putArgs(event,
						values.event(actor.name(), each.event(), JsonMapper.shared().readTree(each.args())));
			}
		}
		page.put("more", !past.isEmpty()
				&& !this.node.past(actor, past.get(past.size() - 1).position().sequence(), 1, 0).isEmpty());
		return page;
	}

}

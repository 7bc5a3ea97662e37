/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.time.Instant;
import java.util.Set;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.explain.SentEvent;
import io.rivetevents.protocol.Position;

/**
 * Events as the page reads them.
 */
final class EventJson {

	/** Longest arguments that are shown as JSON, in characters. */
	static final int MAX_ARGS = 4096;

	private EventJson() {
	}

	/**
	 * Returns the live events of an interval.
	 * @param actor name of the actor
	 * @param at time of the events
	 * @param values what the viewer may see
	 */
	static ObjectNode batch(String actor, Instant at, EventSample.Batch batch, ShownValues values) {
		ObjectNode message = JsonNodeFactory.instance.objectNode();
		message.put("at", at.toString());
		message.put("leftOut", batch.leftOut());
		message.put("sample", batch.sample());
		message.put("total", batch.total());
		ArrayNode events = message.putArray("events");
		for (EventSample.Sampled sampled : batch.events()) {
			SentEvent sent = sampled.event();
			ObjectNode event = event(events, sent.position(), sent.event(), sent.tags());
			event.put("targeted", sent.targeted());
			event.put("queued", sent.queued());
			if (sampled.args() != null) {
				putArgs(event, values.event(actor, sent.event(), JsonMapper.shared().readTree(sampled.args())));
			}
		}
		return message;
	}

	/** Adds an event without arguments. */
	static ObjectNode event(ArrayNode events, Position position, String name, Set<String> tags) {
		ObjectNode event = events.addObject();
		event.put("sequence", position.sequence());
		event.put("epoch", position.epoch());
		event.put("event", name);
		if (!tags.isEmpty()) {
			ArrayNode array = event.putArray("tags");
			tags.stream().sorted().forEach(array::add);
		}
		return event;
	}

	/** Adds arguments: as JSON, or the beginning of their text if they are long. */
	static void putArgs(ObjectNode event, JsonNode args) {
		String text = args.toString();
		if (text.length() <= MAX_ARGS) {
			event.set("args", args);
		}
		else {
			event.put("excerpt", text.substring(0, MAX_ARGS));
			event.put("length", text.length());
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.value.WireValues;

/**
 * Writes the part of a history that is passed on to another node, and reads it there.
 * Fields that a later version adds are ignored.
 */
final class HistoryTails {

	private HistoryTails() {
	}

	/** Writes a tail as JSON. */
	static byte[] write(EventHistory.Tail tail) {
		ObjectNode written = JsonNodeFactory.instance.objectNode();
		written.put("continuedFrom", tail.continuedFrom());
		ObjectNode droppable = written.putObject("droppable");
		tail.droppable().forEach(droppable::put);
		ArrayNode parts = written.putArray("parts");
		tail.parts().forEach((part) -> write(part, parts.addObject()));
		return WireValues.encodeJson(written);
	}

	private static void write(EventHistory.Part part, ObjectNode written) {
		written.put("name", part.name()).put("lostUpTo", part.lostUpTo()).put("unsubscribed", part.unsubscribed());
		ArrayNode events = written.putArray("events");
		part.events().forEach((event) -> write(event, events.addObject()));
	}

	private static void write(EventHistory.Restored event, ObjectNode written) {
		RecordedEvent recorded = event.recorded().stored();
		written.put("position", event.sequence()).put("age", event.age()).put("name", recorded.event().event());
		written.set("target", StoredEvents.target(recorded.event()));
		byte[] args = recorded.args();
		if (args != null) {
			written.set("args", WireValues.decodeJson(args));
		}
	}

	/** Reads a tail. */
	static EventHistory.Tail read(byte[] bytes) {
		JsonNode written = WireValues.decodeJson(bytes);
		Map<String, Long> droppable = new HashMap<>();
		written.path("droppable")
			.properties()
			.forEach((each) -> droppable.put(each.getKey(), each.getValue().asLong()));
		List<EventHistory.Part> parts = new ArrayList<>();
		written.path("parts").forEach((part) -> parts.add(readPart(part)));
		return new EventHistory.Tail(written.path("continuedFrom").asLong(), droppable, parts);
	}

	private static EventHistory.Part readPart(JsonNode part) {
		List<EventHistory.Restored> events = new ArrayList<>();
		part.path("events").forEach((event) -> events.add(readEvent(event)));
		return new EventHistory.Part(part.path("name").asString(), part.path("lostUpTo").asLong(),
				part.path("unsubscribed").asBoolean(), events);
	}

	private static EventHistory.Restored readEvent(JsonNode event) {
		@Nullable JsonNode args = event.get("args");
		RecordedEvent recorded = new RecordedEvent(
				StoredEvents.event(event.path("name").asString(), event.path("target")),
				(args != null) ? WireValues.encodeJson(args) : null);
		return new EventHistory.Restored(event.path("position").asLong(), 0, event.path("age").asLong(), recorded);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.value.WireValues;

/**
 * Writes events for the store and reads them.
 */
final class StoredEvents {

	private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

	private StoredEvents() {
	}

	/** Writes an event. */
	static StoredEvent write(long position, long previous, Instant now, Instant expiresAt, RecordedEvent recorded) {
		AddressedEvent event = recorded.event();
		return new StoredEvent(position, previous, now, expiresAt, event.event(), text(target(event)),
				recorded.stored().args());
	}

	/** Writes the recipients of an event. */
	static ObjectNode target(AddressedEvent event) {
		ObjectNode target = target(event.selection()).put("subscribed", event.subscribed());
		event.tags().stream().sorted().forEach(target.putArray("tags")::add);
		return target;
	}

	private static ObjectNode target(Selection selection) {
		ObjectNode target = JSON.objectNode();
		if (selection instanceof Selection.These these) {
			these.connectionIds().stream().sorted().forEach(target.putArray("these")::add);
		}
		else if (selection instanceof Selection.AllExcept except) {
			except.connectionIds().stream().sorted().forEach(target.putArray("except")::add);
		}
		else if (selection instanceof Selection.User user) {
			putUser(target.putObject("user"), user.name(), user.issuer());
		}
		else if (selection instanceof Selection.AllExceptUser user) {
			putUser(target.putObject("exceptUser"), user.name(), user.issuer());
		}
		return target;
	}

	private static void putUser(ObjectNode target, String name, @Nullable String issuer) {
		target.put("name", name);
		if (issuer != null) {
			target.put("issuer", issuer);
		}
	}

	/**
	 * Reads an event.
	 * @param now the present date; an event of the future is as old as one of now
	 */
	static EventHistory.Restored read(StoredEvent stored, Instant now) {
		AddressedEvent event = event(stored.name(), WireValues.decodeJson(stored.target()));
		long age = Math.max(0, Duration.between(stored.sentAt(), now).toNanos());
		return new EventHistory.Restored(stored.position(), stored.previous(), age,
				new RecordedEvent(event, stored.body()));
	}

	/** Returns the event of a name to recipients that {@link #target} has written. */
	static AddressedEvent event(String name, JsonNode target) {
		return new AddressedEvent(selection(target), target.path("subscribed").asBoolean(true), name, List.of(),
				texts(target.path("tags")), false);
	}

	private static Selection selection(JsonNode target) {
		if (target.has("these")) {
			return new Selection.These(texts(target.get("these")));
		}
		if (target.has("except")) {
			return new Selection.AllExcept(texts(target.get("except")));
		}
		if (target.has("user")) {
			JsonNode user = target.get("user");
			return new Selection.User(user.path("name").asString(), user.path("issuer").asStringOpt().orElse(null));
		}
		if (target.has("exceptUser")) {
			JsonNode user = target.get("exceptUser");
			return new Selection.AllExceptUser(user.path("name").asString(),
					user.path("issuer").asStringOpt().orElse(null));
		}
		return Selection.ALL;
	}

	private static Set<String> texts(JsonNode array) {
		Set<String> texts = new LinkedHashSet<>();
		array.forEach((each) -> texts.add(each.asString()));
		return texts;
	}

	/** Most characters of written marks. */
	private static final int MAX_MARKS = 10_000;

	/**
	 * Writes the last positions of the parts of a history. If they are too long, only the
	 * greatest is written, for all parts.
	 */
	static String writeMarks(SortedMap<String, Long> marks) {
		ObjectNode written = JSON.objectNode();
		marks.forEach(written::put);
		String text = ascii(text(written));
		if (text.length() <= MAX_MARKS) {
			return text;
		}
		long last = marks.values().stream().mapToLong(Math::abs).max().orElse(0);
		return text(JSON.objectNode().put(EventHistory.COMMON, -last));
	}

	private static String text(ObjectNode written) {
		return new String(WireValues.encodeJson(written), StandardCharsets.UTF_8);
	}

	private static String ascii(String text) {
		if (StandardCharsets.US_ASCII.newEncoder().canEncode(text)) {
			return text;
		}
		StringBuilder ascii = new StringBuilder(text.length());
		for (char each : text.toCharArray()) {
			if (each < 0x80) {
				ascii.append(each);
			}
			else {
				ascii.append("\\u%04x".formatted((int) each));
			}
		}
		return ascii.toString();
	}

	/** Reads the last positions of the parts of a history. */
	static Map<String, Long> readMarks(@Nullable String text) {
		Map<String, Long> marks = new TreeMap<>();
		if (text != null) {
			WireValues.decodeJson(text)
				.properties()
				.forEach((each) -> marks.put(each.getKey(), each.getValue().asLong()));
		}
		return marks;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.protocol.ActorKey;

/**
 * A stored instance as a JSON document:
 *
 * <pre>{@code
 * {"document": 1, "namespace": "default", "name": "chatRoom", "key": ["general"],
 *  "actorId": "…", "version": 17, "format": 2, "createdAt": "2026-11-28T14:00:00Z",
 *  "savedAt": "2026-11-28T14:05:00Z", "state": {…}, "input": {…}}
 * }</pre>
 *
 * {@code state} and {@code input} are absent if there is none, and their bytes are in
 * {@code stateBase64} and {@code inputBase64} if they are not valid JSON.
 */
public final class ActorDocument {

	/** Version of this form. */
	private static final int FORM = 1;

	private static final String BASE64 = "Base64";

	private final ValueMapper mapper;

	/**
	 * Creates a converter.
	 * @param mapper reads and writes states
	 */
	public ActorDocument(ValueMapper mapper) {
		this.mapper = mapper;
	}

	public String write(StoredActor actor) {
		ActorAddress address = actor.address();
		ObjectNode document = JsonNodeFactory.instance.objectNode();
		document.put("document", FORM);
		document.put("namespace", address.namespace());
		document.put("name", address.name());
		address.key().parts().forEach(document.putArray("key")::add);
		document.put("actorId", actor.actorId());
		document.put("version", actor.version());
		document.put("format", actor.format());
		document.put("createdAt", actor.createdAt().toString());
		document.put("savedAt", actor.savedAt().toString());
		putBytes(document, "state", actor.state());
		putBytes(document, "input", actor.input());
		return document.toString();
	}

	private void putBytes(ObjectNode document, String name, byte @Nullable [] json) {
		if (json == null) {
			return;
		}
		try {
			document.set(name, this.mapper.readStoredTree(json));
		}
		catch (JacksonException ex) {
			document.put(name + BASE64, Base64.getEncoder().encodeToString(json));
		}
	}

	/**
	 * Reads a document.
	 * @throws IllegalArgumentException if it is invalid
	 */
	public StoredActor read(String json) {
		JsonNode document = tree(json);
		Assert.isTrue(document.path("document").asInt(0) == FORM,
				() -> "The document must be an object with \"document\": %d".formatted(FORM));
		List<String> key = part(document, "key", ActorDocument::isTexts).valueStream()
			.map(JsonNode::stringValue)
			.toList();
		ActorAddress address = new ActorAddress(text(document, "namespace"), text(document, "name"), ActorKey.of(key));
		return StoredActor.builder(text(document, "actorId"), address)
			.version(part(document, "version", (value) -> isCount(value) && value.canConvertToLong()).longValue())
			.format(part(document, "format", (value) -> isCount(value) && value.canConvertToInt()).intValue())
			.createdAt(instant(document, "createdAt"))
			.savedAt(instant(document, "savedAt"))
			.state(bytes(document, "state"))
			.input(bytes(document, "input"))
			.build();
	}

	private JsonNode tree(String json) {
		try {
			return this.mapper.readStoredTree(json.getBytes(StandardCharsets.UTF_8));
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("The document is not valid JSON", ex);
		}
	}

	private static JsonNode part(JsonNode document, String name, Predicate<JsonNode> valid) {
		JsonNode value = document.path(name);
		Assert.isTrue(valid.test(value), () -> "The document has no valid \"%s\"".formatted(name));
		return value;
	}

	private static String text(JsonNode document, String name) {
		return part(document, name, (value) -> value.isString() && !value.stringValue().isEmpty()).stringValue();
	}

	private static boolean isTexts(JsonNode value) {
		return value.isArray() && value.valueStream().allMatch(JsonNode::isString);
	}

	private static boolean isCount(JsonNode value) {
		return value.isIntegralNumber() && value.bigIntegerValue().signum() >= 0;
	}

	private static Instant instant(JsonNode document, String name) {
		try {
			return Instant.parse(text(document, name));
		}
		catch (DateTimeException ex) {
			throw new IllegalArgumentException("The document has no valid \"%s\"".formatted(name), ex);
		}
	}

	private byte @Nullable [] bytes(JsonNode document, String name) {
		if (document.has(name + BASE64)) {
			return Base64.getDecoder().decode(part(document, name + BASE64, JsonNode::isString).stringValue());
		}
		return document.has(name) ? this.mapper.write(document.get(name)) : null;
	}

}

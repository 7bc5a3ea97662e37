/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.value.WireValues;

/**
 * What a row stores of an event or a call.
 *
 * @param kind kind of the row
 * @param target what it is for
 * @param name name of the event or action
 * @param body JSON in UTF-8
 */
record RowContent(String kind, String target, String name, byte[] body) {

	/** Begins the target of a call by id; the name of an actor has no space. */
	private static final String ID = "id ";

	/**
	 * Writes an event.
	 * @param event its selection is {@code All} or {@code User}
	 */
	static RowContent of(AddressedEvent event) {
		ObjectNode body = JsonNodeFactory.instance.objectNode();
		Selection.User user = (event.selection() instanceof Selection.User some) ? some : null;
		if (user != null) {
			body.put("user", user.name());
			if (user.issuer() != null) {
				body.put("issuer", user.issuer());
			}
		}
		body.put("subscribed", event.subscribed());
		body.put("droppable", event.droppable());
		event.tags().forEach(body.putArray("tags")::add);
		body.putArray("args").addAll(event.args());
		return new RowContent(OutboxRow.EVENT, (user != null) ? "user " + user.owner() : "all", event.event(),
				WireValues.encodeJson(body));
	}

	/**
	 * Reads an event.
	 * @throws RuntimeException if the row does not have one
	 */
	static AddressedEvent readEvent(OutboxRow row) {
		JsonNode body = WireValues.decodeJson(row.body());
		String user = body.path("user").asStringOpt().orElse(null);
		Selection selection = (user != null) ? new Selection.User(user, body.path("issuer").asStringOpt().orElse(null))
				: Selection.ALL;
		return new AddressedEvent(selection, body.path("subscribed").asBoolean(), row.name(), values(body.path("args")),
				Set.copyOf(texts(body.path("tags"))), body.path("droppable").asBoolean(), row.id());
	}

	/** Writes a call. */
	static RowContent of(ActorTarget target, String action, List<JsonNode> args) {
		ObjectNode body = JsonNodeFactory.instance.objectNode();
		ActorAddress address = target.address();
		if (target instanceof ActorTarget.ById byId) {
			body.put("id", byId.actorId());
		}
		else if (address != null) {
			body.put("namespace", address.namespace()).put("name", address.name());
			address.key().parts().forEach(body.putArray("key")::add);
			body.put("create", target.creates());
			byte @Nullable [] input = target.input();
			if (input != null) {
				body.set("input", WireValues.decodeJson(input));
			}
		}
		body.putArray("args").addAll(args);
		return new RowContent(OutboxRow.CALL, text(target), action, WireValues.encodeJson(body));
	}

	private static String text(ActorTarget target) {
		ActorAddress address = target.address();
		if (address != null) {
			return "%s/%s[%s]".formatted(address.namespace(), address.name(), address.key().serialize());
		}
		return (target instanceof ActorTarget.ById byId) ? ID + byId.actorId() : target.toString();
	}

	/**
	 * Reads the instance of a call.
	 * @throws RuntimeException if the row does not have one
	 */
	static ActorTarget readTarget(OutboxRow row) {
		JsonNode body = WireValues.decodeJson(row.body());
		if (body.has("id")) {
			return new ActorTarget.ById(body.path("id").asString());
		}
		ActorAddress address = new ActorAddress(body.path("namespace").asString(), body.path("name").asString(),
				new ActorKey(texts(body.path("key"))));
		JsonNode input = body.get("input");
		return body.path("create").asBoolean()
				? new ActorTarget.GetOrCreate(address, (input != null) ? WireValues.encodeJson(input) : null)
				: new ActorTarget.Get(address);
	}

	/** Reads the arguments of a call. */
	static List<JsonNode> readArgs(OutboxRow row) {
		return values(WireValues.decodeJson(row.body()).path("args"));
	}

	private static List<JsonNode> values(JsonNode array) {
		List<JsonNode> values = new ArrayList<>();
		array.forEach(values::add);
		return values;
	}

	private static List<String> texts(JsonNode array) {
		List<String> texts = new ArrayList<>();
		array.forEach((text) -> texts.add(text.stringValue()));
		return texts;
	}

}

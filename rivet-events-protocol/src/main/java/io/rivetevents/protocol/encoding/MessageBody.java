/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.protocol.ActorSpecifier;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.value.MessageWriter;

/**
 * Writes the {@code val} of each message, with the structure that JSON and CBOR share.
 */
final class MessageBody implements ToClient.Visitor<MessageWriter, MessageWriter> {

	/** Bodies of the plain protocol. */
	static final MessageBody PLAIN = new MessageBody(false);

	/** Bodies with the additions of the extended mode. */
	static final MessageBody EXTENDED = new MessageBody(true);

	private final boolean extended;

	private MessageBody(boolean extended) {
		this.extended = extended;
	}

	@Override
	public MessageWriter init(ToClient.Init init, MessageWriter out) {
		out.startMap(2);
		text("actorId", init.actorId(), out);
		text("connectionId", init.connectionId(), out);
		out.endMap();
		return out;
	}

	@Override
	public MessageWriter actionResponse(ToClient.ActionResponse response, MessageWriter out) {
		out.startMap(2);
		id("id", response.id(), out);
		out.name("output");
		out.value(response.output());
		out.endMap();
		return out;
	}

	@Override
	public MessageWriter event(ToClient.Event event, MessageWriter out) {
		Position position = this.extended ? event.position() : null;
		boolean tagged = this.extended && !event.tags().isEmpty();
		String id = this.extended ? event.id() : null;
		String traceparent = this.extended ? event.traceparent() : null;
		out.startMap(2 + (tagged ? 1 : 0) + count(id) + count(traceparent) + count(position));
		text("name", event.name(), out);
		out.name("args");
		out.values(event.args());
		if (tagged) {
			out.name("tags");
			out.values(tags(event));
		}
		if (id != null) {
			text("eventId", id, out);
		}
		if (traceparent != null) {
			text("traceparent", traceparent, out);
		}
		if (position != null) {
			out.name("pos");
			out.number(position.sequence());
		}
		out.endMap();
		return out;
	}

	private static int count(@Nullable Object field) {
		return (field != null) ? 1 : 0;
	}

	/**
	 * A RivetKit client drops the frame if {@code actionId} is missing, even if it would
	 * be null.
	 */
	@Override
	public MessageWriter error(ToClient.Error error, MessageWriter out) {
		out.startMap(errorSize(error) + 1);
		errorStart(error, out);
		if (error.actionId() != null) {
			id("actionId", error.actionId(), out);
		}
		else {
			out.name("actionId");
			out.nothing();
		}
		errorEnd(error, out);
		out.endMap();
		return out;
	}

	@Override
	public MessageWriter extended(ToClient.Extended message, MessageWriter out) {
		if (!this.extended) {
			throw notPlain(message);
		}
		out.value(ExtendedMessages.toTree(message));
		return out;
	}

	static IllegalArgumentException notPlain(ToClient.Extended message) {
		return new IllegalArgumentException("The plain protocol has no " + message.tag());
	}

	/** Returns the tags of an event as values. */
	static List<JsonNode> tags(ToClient.Event event) {
		return event.tags().stream().<JsonNode>map(JsonNodeFactory.instance::stringNode).toList();
	}

	/** Writes an error that does not belong to an action. */
	static void writeError(ToClient.Error error, MessageWriter out) {
		out.startMap(errorSize(error));
		errorStart(error, out);
		errorEnd(error, out);
		out.endMap();
	}

	private void id(String name, long id, MessageWriter out) {
		out.name(name);
		if (this.extended) {
			out.number(id);
		}
		else {
			out.id(id);
		}
	}

	private static void text(String name, String text, MessageWriter out) {
		out.name(name);
		out.text(text);
	}

	private static int errorSize(ToClient.Error error) {
		return 3 + ((error.metadata() != null) ? 1 : 0) + ((error.actor() != null) ? 1 : 0);
	}

	private static void errorStart(ToClient.Error error, MessageWriter out) {
		text("group", error.group(), out);
		text("code", error.code(), out);
		text("message", error.message(), out);
		@Nullable JsonNode metadata = error.metadata();
		if (metadata != null) {
			out.name("metadata");
			out.value(metadata);
		}
	}

	/**
	 * The actor and its key must not be written as null, because a RivetKit client would
	 * drop the frame.
	 */
	private static void errorEnd(ToClient.Error error, MessageWriter out) {
		ActorSpecifier actor = error.actor();
		if (actor == null) {
			return;
		}
		out.name("actor");
		out.startMap((actor.key() != null) ? 3 : 2);
		text("actorId", actor.actorId(), out);
		out.name("generation");
		out.number(actor.generation());
		if (actor.key() != null) {
			text("key", actor.key(), out);
		}
		out.endMap();
	}

}

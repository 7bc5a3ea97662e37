package io.rivetevents.protocol;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * What stands in the {@code val} of each message, in the shape that JSON and CBOR share.
 */
final class MessageBody {

	private MessageBody() {
	}

	static String tag(ToClient message) {
		if (message instanceof ToClient.Welcome) {
			return "Init";
		}
		return message.getClass().getSimpleName();
	}

	/**
	 * Write the fields of a message.
	 * @param message the message
	 * @param extended whether to write what the extended mode has more
	 * @param out where to
	 */
	static void write(ToClient message, boolean extended, MessageWriter out) {
		if (message instanceof ToClient.Event event) {
			write(event, extended, out);
		}
		else if (message instanceof ToClient.ActionResponse response) {
			out.startMap(2);
			id("id", response.id(), extended, out);
			out.name("output");
			out.value(response.output());
			out.endMap();
		}
		else if (message instanceof ToClient.Error error) {
			write(error, extended, out);
		}
		else if (message instanceof ToClient.Init init) {
			out.startMap(2);
			text("actorId", init.actorId(), out);
			text("connectionId", init.connectionId(), out);
			out.endMap();
		}
		else if (extended) {
			out.value(ExtendedMessages.toTree((ToClient.Extended) message));
		}
		else {
			throw new IllegalArgumentException("The plain protocol has no " + tag(message));
		}
	}

	private static void write(ToClient.Event event, boolean extended, MessageWriter out) {
		Position position = extended ? event.position() : null;
		boolean tagged = extended && !event.tags().isEmpty();
		out.startMap(2 + (tagged ? 1 : 0) + ((position != null) ? 1 : 0));
		text("name", event.name(), out);
		out.name("args");
		out.values(event.args());
		if (tagged) {
			out.name("tags");
			out.values(tags(event));
		}
		if (position != null) {
			out.name("pos");
			out.number(position.sequence());
		}
		out.endMap();
	}

	/** Returns the tags of an event as values. */
	static List<JsonNode> tags(ToClient.Event event) {
		return event.tags().stream().<JsonNode>map(JsonNodeFactory.instance::stringNode).toList();
	}

	/** Without {@code actionId} a RivetKit client drops the frame, even if it is null. */
	private static void write(ToClient.Error error, boolean extended, MessageWriter out) {
		out.startMap(errorSize(error) + 1);
		errorStart(error, out);
		if (error.actionId() != null) {
			id("actionId", error.actionId(), extended, out);
		}
		else {
			out.name("actionId");
			out.nothing();
		}
		errorEnd(error, out);
		out.endMap();
	}

	/** Write an error where there is no action that it could be of. */
	static void writeError(ToClient.Error error, MessageWriter out) {
		out.startMap(errorSize(error));
		errorStart(error, out);
		errorEnd(error, out);
		out.endMap();
	}

	private static void id(String name, long id, boolean extended, MessageWriter out) {
		out.name(name);
		if (extended) {
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
	 * Neither the actor nor its key may be written as null: a RivetKit client drops the
	 * frame.
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

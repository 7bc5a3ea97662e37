package io.rivetevents.protocol;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * The encodings whose messages are maps with names: {@code {"body":{"tag":…,"val":{…}}}}.
 */
final class TreeCodec implements Codec {

	private static final int MAX_ID_BITS = 63;

	private final Supplier<MessageWriter> writers;

	private final MessageReader.Source source;

	TreeCodec(Supplier<MessageWriter> writers, MessageReader.Source source) {
		this.writers = writers;
		this.source = source;
	}

	@Override
	public byte[] encode(ToClient message) {
		MessageWriter out = this.writers.get();
		out.startMap(1);
		out.name("body");
		out.startMap(2);
		out.name("tag");
		if (message instanceof ToClient.Event event) {
			write(event, out);
		}
		else if (message instanceof ToClient.ActionResponse response) {
			write(response, out);
		}
		else if (message instanceof ToClient.Error error) {
			write(error, out);
		}
		else {
			write((ToClient.Init) message, out);
		}
		out.endMap();
		out.endMap();
		return out.toBytes();
	}

	private static void write(ToClient.Init init, MessageWriter out) {
		startValue("Init", 2, out);
		text("actorId", init.actorId(), out);
		text("connectionId", init.connectionId(), out);
		out.endMap();
	}

	private static void write(ToClient.ActionResponse response, MessageWriter out) {
		startValue("ActionResponse", 2, out);
		out.name("id");
		out.id(response.id());
		out.name("output");
		out.value(response.output());
		out.endMap();
	}

	private static void write(ToClient.Event event, MessageWriter out) {
		startValue("Event", 2, out);
		text("name", event.name(), out);
		out.name("args");
		out.values(event.args());
		out.endMap();
	}

	/** Without {@code actionId} the client drops the frame, even if it is null. */
	private static void write(ToClient.Error error, MessageWriter out) {
		startValue("Error", errorSize(error) + 1, out);
		errorStart(error, out);
		out.name("actionId");
		if (error.actionId() != null) {
			out.id(error.actionId());
		}
		else {
			out.nothing();
		}
		errorEnd(error, out);
		out.endMap();
	}

	private static void startValue(String tag, int size, MessageWriter out) {
		out.text(tag);
		out.name("val");
		out.startMap(size);
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
		if (error.metadata() != null) {
			out.name("metadata");
			out.value(error.metadata());
		}
	}

	/**
	 * Neither the actor nor its key may be written as null: the client drops the frame.
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

	@Override
	public byte[] encodeActionResponse(@Nullable JsonNode output) {
		MessageWriter out = this.writers.get();
		out.startMap(1);
		out.name("output");
		out.value(output);
		out.endMap();
		return out.toBytes();
	}

	@Override
	public byte[] encodeError(ToClient.Error error) {
		MessageWriter out = this.writers.get();
		out.startMap(errorSize(error));
		errorStart(error, out);
		errorEnd(error, out);
		out.endMap();
		return out.toBytes();
	}

	@Override
	public ToServer decode(byte[] frame) {
		Parts parts = new Parts();
		this.source.read(frame, parts::readFrame);
		return parts.toMessage();
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		Parts parts = new Parts();
		this.source.read(body, parts::readValue);
		return (parts.args != null) ? args(parts.args) : List.of();
	}

	/**
	 * Return the arguments of an action: what is no array is one, null and undefined are
	 * none.
	 */
	static List<JsonNode> args(JsonNode args) {
		if (args.isNull() || args.isMissingNode()) {
			return List.of();
		}
		if (!(args instanceof ArrayNode array)) {
			return List.of(args);
		}
		List<JsonNode> list = new ArrayList<>(array.size());
		array.forEach(list::add);
		return list;
	}

	/**
	 * What the fields of a message hold, of whatever kind it is: its tag may come after
	 * them.
	 */
	private static final class Parts {

		private @Nullable JsonNode tag;

		private @Nullable JsonNode id;

		private @Nullable JsonNode name;

		private @Nullable JsonNode args;

		private @Nullable JsonNode eventName;

		private @Nullable JsonNode subscribe;

		private @Nullable JsonNode tags;

		void readFrame(MessageReader in) {
			in.map((field) -> {
				switch (field) {
					case "body" -> readBody(in);
					default -> in.value();
				}
			});
		}

		private void readBody(MessageReader in) {
			in.map((field) -> {
				switch (field) {
					case "tag" -> this.tag = in.value();
					case "val" -> readValue(in);
					default -> in.value();
				}
			});
		}

		void readValue(MessageReader in) {
			in.map((field) -> {
				switch (field) {
					case "id" -> this.id = in.value();
					case "name" -> this.name = in.value();
					case "args" -> this.args = in.value();
					case "eventName" -> this.eventName = in.value();
					case "subscribe" -> this.subscribe = in.value();
					case "tags" -> this.tags = in.value();
					default -> in.value();
				}
			});
		}

		ToServer toMessage() {
			return switch (text(this.tag, "tag")) {
				case "ActionRequest" -> actionRequest();
				case "SubscriptionRequest" -> new ToServer.SubscriptionRequest(text(this.eventName, "eventName"),
						flag(this.subscribe), tags(this.tags));
				default -> throw Markers.malformed("its tag is unknown");
			};
		}

		private ToServer actionRequest() {
			if (this.args == null) {
				throw Markers.malformed("`args` is missing");
			}
			return new ToServer.ActionRequest(id(this.id), text(this.name, "name"), args(this.args));
		}

		private static String text(@Nullable JsonNode node, String field) {
			if (node == null || !node.isString()) {
				throw Markers.malformed("`" + field + "` is no text");
			}
			return node.stringValue();
		}

		private static boolean flag(@Nullable JsonNode node) {
			if (node == null || !node.isBoolean()) {
				throw Markers.malformed("`subscribe` is no boolean");
			}
			return node.booleanValue();
		}

		/** Our addition: a RivetKit client sends none. */
		private static Set<String> tags(@Nullable JsonNode node) {
			if (node == null || node.isNull() || node.isMissingNode()) {
				return Set.of();
			}
			Set<String> tags = new HashSet<>();
			args(node).forEach((tag) -> tags.add(text(tag, "tags")));
			return tags;
		}

		/** A bigint from the official clients; a plain number from others. */
		private static long id(@Nullable JsonNode node) {
			if (node == null || !node.isIntegralNumber()) {
				throw Markers.malformed("`id` is no integer");
			}
			BigInteger id = node.bigIntegerValue();
			if (id.signum() < 0 || id.bitLength() > MAX_ID_BITS) {
				throw Markers.malformed("`id` is out of range");
			}
			return id.longValue();
		}

	}

}

package io.rivetevents.protocol;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * The encodings whose messages are maps with names: {@code {"body":{"tag":…,"val":{…}}}}.
 */
final class TreeCodec implements Codec {

	private static final BigInteger MAX_ID = BigInteger.valueOf(Long.MAX_VALUE);

	private final Supplier<MessageWriter> writers;

	private final Function<byte[], JsonNode> reader;

	TreeCodec(Supplier<MessageWriter> writers, Function<byte[], JsonNode> reader) {
		this.writers = writers;
		this.reader = reader;
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
		JsonNode body = this.reader.apply(frame).path("body");
		JsonNode value = body.path("val");
		return switch (text(body.path("tag"), "tag")) {
			case "ActionRequest" -> new ToServer.ActionRequest(id(value.path("id")), text(value.path("name"), "name"),
					args(value.get("args")));
			case "SubscriptionRequest" -> new ToServer.SubscriptionRequest(text(value.path("eventName"), "eventName"),
					bool(value.path("subscribe")));
			default -> throw Markers.malformed("its tag is unknown");
		};
	}

	@Override
	public List<JsonNode> decodeActionRequest(byte[] body) {
		JsonNode request = this.reader.apply(body);
		if (!request.isObject()) {
			throw Markers.malformed("it is no object");
		}
		return args(request.get("args"));
	}

	/** Something that is no array is one argument, nothing is none. */
	static List<JsonNode> args(@Nullable JsonNode args) {
		if (args == null || args.isNull() || args.isMissingNode()) {
			return List.of();
		}
		if (!(args instanceof ArrayNode array)) {
			return List.of(args);
		}
		List<JsonNode> list = new ArrayList<>(array.size());
		array.forEach(list::add);
		return list;
	}

	private static String text(JsonNode node, String name) {
		if (!node.isString()) {
			throw Markers.malformed("`%s` is no text".formatted(name));
		}
		return node.stringValue();
	}

	private static boolean bool(JsonNode node) {
		if (!node.isBoolean()) {
			throw Markers.malformed("`subscribe` is no boolean");
		}
		return node.booleanValue();
	}

	private static long id(JsonNode node) {
		if (!node.isIntegralNumber()) {
			throw Markers.malformed("`id` is no integer");
		}
		BigInteger id = node.bigIntegerValue();
		if (id.signum() < 0 || id.compareTo(MAX_ID) > 0) {
			throw Markers.malformed("`id` is out of range");
		}
		return id.longValue();
	}

}

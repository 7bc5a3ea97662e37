package io.rivetevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.value.WireValues;

/**
 * A message on the channel, version {@value #VERSION}: one JSON object in UTF-8, as
 * {@code docs/redis.md} says. Values in it have the markers of the client protocol, so
 * that big integers and bytes arrive as what they were.
 *
 * @param node id of the node that sent it, {@code null} for an external process
 * @param sequence number of the event among those of the node; in a heartbeat that of its
 * last one
 * @param dispatch the event, {@code null} in a heartbeat
 */
record RedisMessage(@Nullable String node, long sequence, @Nullable AddressedEvent dispatch) {

	private static final int VERSION = 1;

	/**
	 * Write the part of an event that is the same whoever sends it, to be used by
	 * {@link #event}.
	 */
	static byte[] body(AddressedEvent dispatch) {
		ObjectNode body = JsonNodeFactory.instance.objectNode();
		if (dispatch.selection() instanceof Selection.User user) {
			body.put("user", user.name());
			if (user.issuer() != null) {
				body.put("issuer", user.issuer());
			}
		}
		body.put("event", dispatch.event());
		body.putArray("args").addAll(dispatch.args());
		if (dispatch.subscribed()) {
			body.put("subscribed", true);
		}
		if (!dispatch.tags().isEmpty()) {
			dispatch.tags().forEach(body.putArray("tags")::add);
		}
		if (dispatch.droppable()) {
			body.put("droppable", true);
		}
		return WireValues.encodeJson(body);
	}

	/**
	 * Write an event.
	 * @param node id of this node; needs no escapes
	 * @param sequence its number
	 * @param body the rest
	 */
	static byte[] event(String node, long sequence, byte[] body) {
		byte[] start = "{\"v\":%d,\"node\":\"%s\",\"seq\":%d,".formatted(VERSION, node, sequence)
			.getBytes(StandardCharsets.US_ASCII);
		byte[] message = new byte[start.length + body.length - 1];
		System.arraycopy(start, 0, message, 0, start.length);
		System.arraycopy(body, 1, message, start.length, body.length - 1);
		return message;
	}

	/**
	 * Write a heartbeat.
	 * @param node id of this node; needs no escapes
	 * @param sequence number of its last event
	 */
	static byte[] heartbeat(String node, long sequence) {
		return "{\"v\":%d,\"node\":\"%s\",\"seq\":%d}".formatted(VERSION, node, sequence)
			.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Read a message.
	 * @param bytes whatever was on the channel
	 * @throws IllegalArgumentException if it is not as it must be
	 */
	static RedisMessage read(byte[] bytes) {
		JsonNode message;
		try {
			message = WireValues.decodeJson(bytes);
		}
		catch (RivetException ex) {
			throw new IllegalArgumentException("it is no JSON", ex);
		}
		check(message.isObject(), "it is no object");
		JsonNode version = message.path("v");
		check(version.isMissingNode() || (version.isInt() && version.intValue() == VERSION), "its version is unknown");
		String node = text(message, "node");
		JsonNode sequence = message.path("seq");
		check(node == null || (sequence.isIntegralNumber() && sequence.canConvertToLong()), "`seq` is no number");
		return new RedisMessage(node, (node != null) ? sequence.longValue() : 0, dispatch(message, node != null));
	}

	private static @Nullable AddressedEvent dispatch(JsonNode message, boolean mayBeHeartbeat) {
		String event = text(message, "event");
		if (event == null && mayBeHeartbeat) {
			return null;
		}
		check(event != null && !event.isEmpty(), "`event` is missing");
		String user = text(message, "user");
		check(user == null || !user.isBlank(), "`user` is empty");
		String issuer = text(message, "issuer");
		check(issuer == null || (user != null && !issuer.isEmpty()), "`issuer` is empty, or without `user`");
		return new AddressedEvent((user != null) ? new Selection.User(user, issuer) : Selection.ALL,
				flag(message, "subscribed"), String.valueOf(event), list(message, "args"), tags(message),
				flag(message, "droppable"));
	}

	private static @Nullable String text(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || value.isString(), "`" + name + "` is no text");
		return (value != null) ? value.stringValue() : null;
	}

	private static boolean flag(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || value.isBoolean(), "`" + name + "` is no boolean");
		return value != null && value.booleanValue();
	}

	private static List<JsonNode> list(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || value.isArray(), "`" + name + "` is no array");
		List<JsonNode> list = new ArrayList<>();
		if (value != null) {
			value.forEach(list::add);
		}
		return list;
	}

	private static Set<String> tags(JsonNode message) {
		Set<String> tags = new HashSet<>();
		for (JsonNode tag : list(message, "tags")) {
			check(tag.isString(), "a tag is no text");
			tags.add(tag.stringValue());
		}
		return tags;
	}

	private static void check(boolean condition, String problem) {
		if (!condition) {
			throw new IllegalArgumentException(problem);
		}
	}

}

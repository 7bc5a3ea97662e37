/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.encoding.Encoding;

/**
 * The other end of the protocol, for tests: writes what the published JavaScript client
 * writes, byte for byte, and reads as strictly as that does. Shares no code with the
 * server's codecs. What the JavaScript client would drop silently is refused with an
 * {@link IllegalArgumentException}.
 */
public final class ClientCodec {

	/** What the published clients know. */
	public static final List<Encoding> PLAIN = List.of(Encoding.JSON, Encoding.CBOR, Encoding.BARE);

	private static final int VERSION = 4;

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private ClientCodec() {
	}

	/**
	 * Read a frame of the server.
	 * @param encoding how it is written
	 * @param frame its bytes, UTF-8 for text
	 */
	public static ToClient decode(Encoding encoding, byte[] frame) {
		return (encoding == Encoding.BARE) ? new Bare(frame).message() : message(tree(encoding, frame));
	}

	/**
	 * Write a frame of the client.
	 * @param encoding how it is written
	 * @param message the message
	 */
	public static byte[] encode(Encoding encoding, ToServer message) {
		return (encoding == Encoding.BARE) ? bare(message) : bytes(encoding, envelope(message));
	}

	/**
	 * Write the HTTP body of an action.
	 * @param encoding how it is written
	 * @param args arguments of the action
	 */
	public static byte[] encodeActionRequest(Encoding encoding, List<JsonNode> args) {
		if (encoding == Encoding.BARE) {
			ByteArrayOutputStream out = version();
			data(out, ClientValues.toCompatibleCbor(array(args)));
			return out.toByteArray();
		}
		return bytes(encoding, NODES.objectNode().set("args", array(args)));
	}

	/**
	 * Read the HTTP body of a successful action.
	 * @param encoding how it is written
	 * @param body the body
	 * @return the result; {@code null} for undefined
	 */
	public static @Nullable JsonNode decodeActionResponse(Encoding encoding, byte[] body) {
		if (encoding == Encoding.BARE) {
			Bare in = new Bare(body);
			JsonNode output = in.value();
			in.end();
			return orUndefined(output);
		}
		return orUndefined(required(tree(encoding, body), "output"));
	}

	/**
	 * Read the HTTP body of a failed action, which has no action id. A server may answer
	 * in JSON whatever the client speaks: its content type tells.
	 * @param encoding how it is written
	 * @param body the body
	 */
	public static ToClient.Error decodeError(Encoding encoding, byte[] body) {
		if (encoding == Encoding.BARE) {
			Bare in = new Bare(body);
			ToClient.Error error = in.error(false);
			in.end();
			return error;
		}
		return error(tree(encoding, body), null);
	}

	// Reading, by names

	private static JsonNode tree(Encoding encoding, byte[] bytes) {
		return (encoding == Encoding.JSON) ? ClientValues.ofJson(bytes) : ClientValues.ofCbor(bytes);
	}

	private static ToClient message(JsonNode frame) {
		JsonNode body = object(required(frame, "body"));
		JsonNode value = object(required(body, "val"));
		String tag = text(body, "tag");
		return switch (tag) {
			case "Init" -> new ToClient.Init(text(value, "actorId"), text(value, "connectionId"));
			case "Error" -> error(value, actionId(value));
			case "ActionResponse" ->
				new ToClient.ActionResponse(id(required(value, "id")), orUndefined(required(value, "output")));
			case "Event" -> new ToClient.Event(text(value, "name"), elements(required(value, "args")));
			default -> throw dropped("unknown tag " + tag);
		};
	}

	private static @Nullable Long actionId(JsonNode error) {
		JsonNode id = required(error, "actionId");
		return id.isNull() ? null : Long.valueOf(id(id));
	}

	private static ToClient.Error error(JsonNode error, @Nullable Long actionId) {
		JsonNode metadata = object(error).get("metadata");
		JsonNode actor = error.get("actor");
		return new ToClient.Error(text(error, "group"), text(error, "code"), text(error, "message"), metadata, actionId,
				(actor != null) ? actor(object(actor)) : null);
	}

	private static ActorSpecifier actor(JsonNode actor) {
		JsonNode generation = required(actor, "generation");
		require(generation.isIntegralNumber(), "generation is no number");
		return new ActorSpecifier(text(actor, "actorId"), generation.longValue(),
				actor.has("key") ? text(actor, "key") : null);
	}

	/** The client looks answers up in a map of bigints: a number finds nothing. */
	private static long id(JsonNode id) {
		require(id.isBigInteger(), "id is no bigint");
		return id.bigIntegerValue().longValueExact();
	}

	private static String text(JsonNode object, String name) {
		JsonNode text = required(object, name);
		require(text.isString(), name + " is no text");
		return text.stringValue();
	}

	/** Undefined counts as there: only a field that is not written is missing. */
	private static JsonNode required(JsonNode object, String name) {
		JsonNode value = object(object).get(name);
		require(value != null, name + " is missing");
		return value;
	}

	private static JsonNode object(JsonNode node) {
		require(node.isObject(), "no object");
		return node;
	}

	private static List<JsonNode> elements(JsonNode array) {
		require(array.isArray(), "args are no array");
		List<JsonNode> elements = new ArrayList<>();
		array.forEach((element) -> elements.add(ClientValues.isUndefined(element) ? NODES.nullNode() : element));
		return elements;
	}

	private static @Nullable JsonNode orUndefined(JsonNode value) {
		return ClientValues.isUndefined(value) ? null : value;
	}

	// Writing, by names

	private static byte[] bytes(Encoding encoding, JsonNode message) {
		return (encoding == Encoding.JSON) ? ClientValues.toJson(message) : ClientValues.toCbor(message);
	}

	private static JsonNode envelope(ToServer message) {
		ObjectNode value = NODES.objectNode();
		if (message instanceof ToServer.ActionRequest request) {
			value.put("id", BigInteger.valueOf(request.id()));
			value.put("name", request.name());
			value.set("args", array(request.args()));
		}
		else if (message instanceof ToServer.SubscriptionRequest request) {
			value.put("eventName", request.eventName());
			value.put("subscribe", request.subscribe());
		}
		ObjectNode body = NODES.objectNode();
		body.put("tag", message.getClass().getSimpleName());
		body.set("val", value);
		return NODES.objectNode().set("body", body);
	}

	private static ArrayNode array(List<JsonNode> args) {
		return NODES.arrayNode().addAll(args);
	}

	// BARE

	private static byte[] bare(ToServer message) {
		ByteArrayOutputStream out = version();
		if (message instanceof ToServer.ActionRequest request) {
			out.write(0);
			unsigned(out, request.id());
			data(out, request.name().getBytes(StandardCharsets.UTF_8));
			data(out, ClientValues.toCompatibleCbor(array(request.args())));
		}
		else if (message instanceof ToServer.SubscriptionRequest request) {
			out.write(1);
			data(out, request.eventName().getBytes(StandardCharsets.UTF_8));
			out.write(request.subscribe() ? 1 : 0);
		}
		return out.toByteArray();
	}

	private static ByteArrayOutputStream version() {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		out.write(VERSION);
		out.write(0);
		return out;
	}

	private static void data(ByteArrayOutputStream out, byte[] data) {
		unsigned(out, data.length);
		out.writeBytes(data);
	}

	private static void unsigned(ByteArrayOutputStream out, long value) {
		long rest = value;
		for (; rest > 127; rest >>= 7) {
			out.write((int) (rest % 128) + 128);
		}
		out.write((int) rest);
	}

	static void require(boolean condition, String otherwise) {
		if (!condition) {
			throw dropped(otherwise);
		}
	}

	static IllegalArgumentException dropped(String why) {
		return new IllegalArgumentException("The JavaScript client drops it: " + why);
	}

	static String utf8(byte[] bytes) {
		try {
			return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
		}
		catch (CharacterCodingException ex) {
			throw dropped("no UTF-8");
		}
	}

	/**
	 * A BARE message of the server, in any version.
	 */
	private static final class Bare {

		private final ByteBuffer in;

		private final int version;

		Bare(byte[] bytes) {
			this.in = ByteBuffer.wrap(bytes);
			this.version = next() + 256 * next();
			require(this.version >= 1 && this.version <= VERSION, "unknown version");
		}

		ToClient message() {
			long tag = unsigned();
			require(tag <= 3, "unknown tag");
			ToClient message = switch ((int) tag) {
				case 0 -> init();
				case 1 -> error(true);
				case 2 -> new ToClient.ActionResponse(unsigned(), orUndefined(value()));
				default -> new ToClient.Event(text(), elements(value()));
			};
			end();
			return message;
		}

		private ToClient init() {
			ToClient.Init init = new ToClient.Init(text(), text());
			if (this.version == 1) {
				text(); // connectionToken
			}
			return init;
		}

		ToClient.Error error(boolean withActionId) {
			String group = text();
			String code = text();
			String message = text();
			JsonNode metadata = flag() ? value() : null;
			Long actionId = (withActionId && flag()) ? Long.valueOf(unsigned()) : null;
			ActorSpecifier actor = (this.version == VERSION && flag()) ? actor() : null;
			return new ToClient.Error(group, code, message, metadata, actionId, actor);
		}

		private ActorSpecifier actor() {
			return new ActorSpecifier(text(), unsigned(), flag() ? text() : null);
		}

		JsonNode value() {
			return ClientValues.ofCbor(data());
		}

		private String text() {
			return utf8(data());
		}

		private byte[] data() {
			long length = unsigned();
			require(length <= this.in.remaining(), "too short");
			byte[] data = new byte[(int) length];
			this.in.get(data);
			return data;
		}

		private boolean flag() {
			int flag = next();
			require(flag <= 1, "no boolean");
			return flag == 1;
		}

		private long unsigned() {
			long value = 0;
			for (int shift = 0; shift < 63; shift += 7) {
				int next = next();
				value += (next & 127L) << shift;
				if (next < 128) {
					require(next > 0 || shift == 0, "varint not minimal");
					return value;
				}
			}
			throw dropped("varint too long");
		}

		private int next() {
			require(this.in.hasRemaining(), "too short");
			return Byte.toUnsignedInt(this.in.get());
		}

		void end() {
			require(!this.in.hasRemaining(), "left-over bytes");
		}

	}

}

package io.rivetevents.protocol;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The client's side of the protocol, for tests. As strict as the protocol document says
 * the published clients are: what they drop is an {@link IllegalArgumentException} here.
 */
public final class ClientCodec {

	private static final JsonMapper JSON = new JsonMapper();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final Encoding encoding;

	public ClientCodec(Encoding encoding) {
		this.encoding = encoding;
	}

	/**
	 * Write a message as a client does.
	 */
	public byte[] encode(ToServer message) {
		if (this.encoding == Encoding.BARE) {
			return encodeBare(message);
		}
		ObjectNode value = NODES.objectNode();
		String tag;
		if (message instanceof ToServer.ActionRequest request) {
			tag = "ActionRequest";
			value.set("id", NODES.numberNode(BigInteger.valueOf(request.id())));
			value.put("name", request.name());
			value.set("args", array(request.args()));
		}
		else {
			ToServer.SubscriptionRequest request = (ToServer.SubscriptionRequest) message;
			tag = "SubscriptionRequest";
			value.put("eventName", request.eventName());
			value.put("subscribe", request.subscribe());
		}
		ObjectNode frame = NODES.objectNode();
		frame.putObject("body").put("tag", tag).set("val", value);
		MessageWriter out = (this.encoding == Encoding.JSON) ? new JsonWriter() : new CborWriter();
		out.value(frame);
		return out.toBytes();
	}

	private static ArrayNode array(List<JsonNode> values) {
		return NODES.arrayNode().addAll(values);
	}

	private static byte[] encodeBare(ToServer message) {
		if (message instanceof ToServer.ActionRequest request) {
			CborWriter args = new CborWriter();
			args.values(request.args());
			return new BareWriter().tag(0).unsigned(request.id()).text(request.name()).data(args.toBytes()).toBytes();
		}
		ToServer.SubscriptionRequest request = (ToServer.SubscriptionRequest) message;
		return new BareWriter().tag(1).text(request.eventName()).flag(request.subscribe()).toBytes();
	}

	/**
	 * Read a message as a client does.
	 * @throws IllegalArgumentException where a client would drop it
	 */
	public ToClient decode(byte[] frame) {
		try {
			return (this.encoding == Encoding.BARE) ? decodeBare(frame) : decodeTree(frame);
		}
		catch (RivetException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

	private ToClient decodeTree(byte[] frame) {
		JsonNode raw = (this.encoding == Encoding.JSON) ? JSON.readTree(frame) : CborReader.read(frame);
		JsonNode resolved = (this.encoding == Encoding.JSON) ? JsonReader.read(frame) : raw;
		checkMarkers(raw);
		checkDefinite(frame);
		JsonNode value = resolved.path("body").path("val");
		return switch (text(resolved.path("body"), "tag")) {
			case "Init" -> new ToClient.Init(text(value, "actorId"), text(value, "connectionId"));
			case "ActionResponse" -> {
				check(new String(frame, StandardCharsets.ISO_8859_1).contains("output"), "no output");
				JsonNode output = value.path("output");
				yield new ToClient.ActionResponse(bigint(value.path("id")), output.isMissingNode() ? null : output);
			}
			case "Event" -> {
				check(value.path("args").isArray(), "args are no array");
				yield new ToClient.Event(text(value, "name"), list(value.path("args")));
			}
			case "Error" -> error(value);
			default -> throw new IllegalArgumentException("unknown tag");
		};
	}

	private ToClient error(JsonNode value) {
		check(value.has("actionId"), "no actionId");
		Long actionId = value.path("actionId").isNull() ? null : bigint(value.path("actionId"));
		ActorSpecifier actor = null;
		if (value.has("actor")) {
			JsonNode fields = value.path("actor");
			check(fields.isObject(), "actor is null");
			check(!fields.path("key").isNull(), "key is null");
			actor = new ActorSpecifier(text(fields, "actorId"), fields.path("generation").bigIntegerValue().longValue(),
					fields.has("key") ? text(fields, "key") : null);
		}
		JsonNode metadata = value.get("metadata");
		return new ToClient.Error(text(value, "group"), text(value, "code"), text(value, "message"), metadata, actionId,
				actor);
	}

	private ToClient decodeBare(byte[] frame) {
		BareReader in = new BareReader(frame);
		int version = frame[0];
		ToClient message = switch ((int) in.unsigned()) {
			case 0 -> init(in, version);
			case 1 -> bareError(in, version);
			case 2 -> new ToClient.ActionResponse(in.unsigned(), output(in.data()));
			case 3 -> new ToClient.Event(in.text(), list(strict(in.data())));
			default -> throw new IllegalArgumentException("unknown tag");
		};
		in.end();
		return message;
	}

	private static ToClient init(BareReader in, int version) {
		ToClient.Init init = new ToClient.Init(in.text(), in.text());
		if (version == 1) {
			in.text(); // the token
		}
		return init;
	}

	private static ToClient.Error bareError(BareReader in, int version) {
		String group = in.text();
		String code = in.text();
		String message = in.text();
		JsonNode metadata = in.flag() ? strict(in.data()) : null;
		Long actionId = in.flag() ? in.unsigned() : null;
		return new ToClient.Error(group, code, message, metadata, actionId, (version >= 4) ? actor(in) : null);
	}

	private static ActorSpecifier actor(BareReader in) {
		return in.flag() ? new ActorSpecifier(in.text(), in.unsigned(), in.flag() ? in.text() : null) : null;
	}

	private static JsonNode strict(byte[] cbor) {
		checkDefinite(cbor);
		return CborReader.read(cbor);
	}

	private static JsonNode output(byte[] cbor) {
		CborWriter undefined = new CborWriter();
		undefined.value(null);
		return java.util.Arrays.equals(undefined.toBytes(), cbor) ? null : strict(cbor);
	}

	/**
	 * cbor-x refuses indefinite texts; the frames of these tests hold none by accident.
	 */
	private static void checkDefinite(byte[] cbor) {
		for (byte next : cbor) {
			check((next & 0xff) != 0x7f, "indefinite text");
		}
	}

	/** A pair that begins with one dollar sign must be a marker that is known. */
	private void checkMarkers(JsonNode node) {
		if (this.encoding == Encoding.JSON && node.isArray() && node.size() == 2 && node.get(0).isString()) {
			String first = node.get(0).stringValue();
			check(!first.startsWith("$") || first.startsWith("$$")
					|| List.of("$BigInt", "$Undefined", "$Uint8Array", "$ArrayBuffer", "$Set").contains(first),
					"unknown marker");
		}
		node.forEach(this::checkMarkers);
	}

	private static long bigint(JsonNode node) {
		check(node.isBigInteger(), "no bigint");
		return node.bigIntegerValue().longValueExact();
	}

	private static String text(JsonNode value, String name) {
		check(value.path(name).isString(), "no " + name);
		return value.path(name).stringValue();
	}

	private static List<JsonNode> list(JsonNode array) {
		List<JsonNode> list = new ArrayList<>();
		array.forEach(list::add);
		return list;
	}

	private static void check(boolean holds, String problem) {
		if (!holds) {
			throw new IllegalArgumentException(problem);
		}
	}

}

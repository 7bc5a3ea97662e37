/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.CborWriter;
import io.rivetevents.protocol.value.WireValues;

/**
 * What a client of the extended mode writes and reads, by {@code docs/protocol.md} and
 * not by the server's codecs.
 */
public final class ExtendedClientCodec {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private ExtendedClientCodec() {
	}

	/**
	 * A message of the server.
	 *
	 * @param tag its tag
	 * @param value what stands in its {@code val}
	 */
	public record Received(String tag, JsonNode value) {

		/** As one of the plain protocol; {@code null} if that has none. */
		public @Nullable ToClient plain() {
			return switch (this.tag) {
				case "Event" -> new ToClient.Event(text("name"), list(this.value.get("args")));
				case "ActionResponse" -> {
					JsonNode output = this.value.get("output");
					yield new ToClient.ActionResponse(this.value.get("id").longValue(), output);
				}
				case "Error" -> {
					JsonNode id = this.value.get("actionId");
					JsonNode actor = this.value.get("actor");
					yield new ToClient.Error(text("group"), text("code"), text("message"), this.value.get("metadata"),
							id.isNull() ? null : Long.valueOf(id.longValue()),
							(actor != null) ? new ActorSpecifier(actor.get("actorId").stringValue(), 1,
									actor.get("key").stringValue()) : null);
				}
				default -> null;
			};
		}

		public String text(String field) {
			JsonNode text = this.value.get(field);
			if (text == null) {
				throw new AssertionError("There is no %s in %s".formatted(field, this));
			}
			return text.stringValue();
		}

		public long position() {
			return this.value.get("position").longValue();
		}

		private static List<JsonNode> list(JsonNode array) {
			List<JsonNode> list = new ArrayList<>();
			array.forEach(list::add);
			return list;
		}

	}

	public static Received decode(Encoding encoding, byte[] frame) {
		JsonNode tree = (encoding == Encoding.EXTENDED_CBOR) ? WireValues.decodeCbor(frame)
				: WireValues.decodeJson(frame);
		JsonNode body = tree.get("body");
		return new Received(body.get("tag").stringValue(), body.get("val"));
	}

	public static byte[] encode(Encoding encoding, ToServer message) {
		return bytes(encoding, tree(message));
	}

	public static byte[] encodeAll(ToServer... messages) {
		var array = NODES.arrayNode();
		for (ToServer message : messages) {
			array.add(tree(message));
		}
		return WireValues.encodeJson(array);
	}

	private static byte[] bytes(Encoding encoding, JsonNode tree) {
		if (encoding != Encoding.EXTENDED_CBOR) {
			return WireValues.encodeJson(tree);
		}
		CborWriter out = new CborWriter();
		out.value(tree);
		return out.toBytes();
	}

	private static JsonNode tree(ToServer message) {
		ObjectNode value = NODES.objectNode();
		if (message instanceof ToServer.ActionRequest request) {
			value.put("id", request.id()).put("name", request.name());
			value.putArray("args").addAll(request.args());
			ToServer.CallOptions options = request.options();
			if (options.oneWay()) {
				value.put("oneWay", true);
			}
			if (options.deadline() != null) {
				value.put("deadline", options.deadline().toMillis());
			}
			if (options.idempotencyKey() != null) {
				value.put("idempotencyKey", options.idempotencyKey());
			}
			if (options.traceparent() != null) {
				value.put("traceparent", options.traceparent());
			}
		}
		else if (message instanceof ToServer.SubscriptionRequest request) {
			subscription(request, value).put("subscribe", request.subscribe());
		}
		else if (message instanceof ToServer.Cancel cancel) {
			value.put("id", cancel.id());
		}
		else if (message instanceof ToServer.Authenticate authenticate) {
			value.set("credentials", authenticate.credentials());
		}
		else {
			hello((ToServer.Hello) message, value);
		}
		if (message.handled() != ToServer.UNREPORTED) {
			value.put("handled", message.handled());
		}
		ObjectNode frame = NODES.objectNode();
		frame.putObject("body").put("tag", message.getClass().getSimpleName()).set("val", value);
		return frame;
	}

	private static ObjectNode subscription(ToServer.SubscriptionRequest request, ObjectNode value) {
		value.put("eventName", request.eventName());
		if (!request.tags().isEmpty()) {
			var tags = value.putArray("tags");
			request.tags().forEach(tags::add);
		}
		return value;
	}

	private static void hello(ToServer.Hello hello, ObjectNode value) {
		var subscriptions = value.putArray("subscriptions");
		hello.subscriptions().forEach((each) -> subscription(each, subscriptions.addObject()));
		ToServer.Resume resume = hello.resume();
		if (resume != null) {
			ObjectNode tree = value.putObject("resume");
			tree.put("epoch", resume.position().epoch()).put("position", resume.position().sequence());
			if (resume.stream() != null) {
				tree.put("stream", resume.stream()).put("secret", resume.secret());
			}
		}
		if (hello.snapshot() != null) {
			value.putObject("snapshot")
				.put("name", hello.snapshot().name())
				.putArray("args")
				.addAll(hello.snapshot().args());
		}
		if (hello.params() != null) {
			value.set("params", hello.params());
		}
		if (hello.credentials() != null) {
			value.set("credentials", hello.credentials());
		}
		if (hello.contract() != null) {
			value.put("contract", hello.contract());
		}
	}

}

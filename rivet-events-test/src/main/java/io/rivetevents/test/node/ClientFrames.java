/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

/**
 * Writes and reads the messages of one connection as JSON, as a client does. Remembers
 * the epoch of its stream. Used by one thread at a time.
 */
final class ClientFrames {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final boolean extended;

	private String epoch = "";

	/**
	 * Creates the frames of a connection.
	 * @param encoding its encoding, one of JSON
	 */
	ClientFrames(Encoding encoding) {
		this.extended = encoding.isExtended();
	}

	/**
	 * Writes a message.
	 * @return UTF-8
	 */
	byte[] encode(ToServer message) {
		Writer writer = new Writer(this.extended);
		ObjectNode frame = NODES.objectNode();
		ObjectNode body = frame.putObject("body").put("tag", message.kind().tag());
		message.accept(writer, body.putObject("val"));
		return WireValues.encodeJson(frame);
	}

	/**
	 * Reads a message.
	 * @param frame UTF-8
	 */
	ToClient decode(byte[] frame) {
		JsonNode body = WireValues.decodeJson(frame).path("body");
		JsonNode value = body.path("val");
		return switch (body.path("tag").stringValue("")) {
			case "Init" -> init(value);
			case "Error" -> error(value);
			case "ActionResponse" -> new ToClient.ActionResponse(number(value, "id"), value.get("output"));
			case "Event" -> event(value);
			case "SubscriptionResponse" ->
				new ToClient.SubscriptionResponse(text(value, "eventName"), value.path("subscribe").booleanValue(false),
						position(value, "position"), value.has("error") ? error(value.path("error")) : null);
			case "Gap" ->
				new ToClient.Gap(text(value, "reason"), texts(value.path("events")), position(value, "position"));
			case "KeepAlive" -> new ToClient.KeepAlive(position(value, "position"));
			case "GoingAway" -> new ToClient.GoingAway(number(value, "delay"));
			case "Expiring" -> new ToClient.Expiring(number(value, "remaining"));
			case "AuthenticateResponse" ->
				new ToClient.AuthenticateResponse(value.has("remaining") ? number(value, "remaining") : null,
						value.has("error") ? error(value.path("error")) : null);
			case "Close" -> close(value);
			default -> throw new IllegalStateException("A client cannot read the message %s".formatted(body));
		};
	}

	private ToClient init(JsonNode value) {
		if (!this.extended) {
			return new ToClient.Init(text(value, "actorId"), text(value, "connectionId"));
		}
		this.epoch = text(value, "epoch");
		Map<String, ToClient.Error> refused = new LinkedHashMap<>();
		value.path("refused").forEach((each) -> refused.put(text(each, "eventName"), error(each.path("error"))));
		return new ToClient.Welcome(text(value, "actorId"), text(value, "connectionId"), position(value, "position"),
				text(value, "stream"), text(value, "secret"), outcome(value), number(value, "keepAlive"),
				snapshot(value), refused, value.path("contractChanged").booleanValue(false));
	}

	private static ToClient.ResumeOutcome outcome(JsonNode value) {
		return switch (ToClient.ResumeOutcome.Kind.valueOf(text(value, "outcome").toUpperCase(Locale.ROOT))) {
			case FRESH -> ToClient.ResumeOutcome.FRESH;
			case RESUMED -> ToClient.ResumeOutcome.resumed(value.path("replayed").intValue(0));
			case RESYNCED -> ToClient.ResumeOutcome.resynced(text(value, "reason"));
		};
	}

	private static ToClient.@Nullable SnapshotResult snapshot(JsonNode value) {
		JsonNode error = value.get("snapshotError");
		JsonNode output = value.get("snapshot");
		if (error == null && output == null) {
			return null;
		}
		return new ToClient.SnapshotResult(output, (error != null) ? error(error) : null);
	}

	private ToClient.Event event(JsonNode value) {
		List<JsonNode> args = StreamSupport.stream(value.path("args").spliterator(), false).toList();
		Position position = value.has("pos") ? position(value, "pos") : null;
		String id = value.has("eventId") ? text(value, "eventId") : null;
		return new ToClient.Event(text(value, "name"), args, position, texts(value.path("tags")), id);
	}

	private static ToClient.Error error(JsonNode value) {
		JsonNode actionId = value.get("actionId");
		return new ToClient.Error(text(value, "group"), text(value, "code"), text(value, "message"),
				value.get("metadata"), (actionId != null && actionId.isNumber()) ? actionId.longValue() : null, null);
	}

	private static ToClient.Close close(JsonNode value) {
		String reason = text(value, "group") + "." + text(value, "code");
		boolean plain = reason.equals("connection.disconnected");
		return new ToClient.Close(
				plain ? CloseReason.disconnected(text(value, "message")) : new CloseReason(CloseReason.ERROR, reason),
				value.has("retryAfter") ? number(value, "retryAfter") : null);
	}

	private Position position(JsonNode value, String field) {
		return new Position(this.epoch, number(value, field));
	}

	private static String text(JsonNode value, String field) {
		return value.path(field).stringValue("");
	}

	private static long number(JsonNode value, String field) {
		return value.path(field).longValue();
	}

	private static Set<String> texts(JsonNode values) {
		Set<String> texts = new LinkedHashSet<>();
		values.forEach((each) -> texts.add(each.stringValue("")));
		return texts;
	}

	/**
	 * Writes the fields of each message.
	 *
	 * @param extended whether options of the extended mode are written
	 */
	private record Writer(boolean extended) implements ToServer.Visitor<ObjectNode> {

		@Override
		public void actionRequest(ToServer.ActionRequest request, ObjectNode value) {
			value.put("id", request.id()).put("name", request.name());
			args(request.args(), value.putArray("args"));
			ToServer.CallOptions options = request.options();
			if (this.extended && options.oneWay()) {
				value.put("oneWay", true);
			}
			if (this.extended && options.deadline() != null) {
				value.put("deadline", options.deadline().toMillis());
			}
			if (this.extended && options.idempotencyKey() != null) {
				value.put("idempotencyKey", options.idempotencyKey());
			}
			if (this.extended && options.traceparent() != null) {
				value.put("traceparent", options.traceparent());
			}
			handled(request, value);
		}

		@Override
		public void subscriptionRequest(ToServer.SubscriptionRequest request, ObjectNode value) {
			value.put("eventName", request.eventName()).put("subscribe", request.subscribe());
			request.tags().forEach((tag) -> value.withArray("tags").add(tag));
			handled(request, value);
		}

		@Override
		public void cancel(ToServer.Cancel cancel, ObjectNode value) {
			value.put("id", cancel.id());
			handled(cancel, value);
		}

		private static void handled(ToServer message, ObjectNode value) {
			if (message.handled() != ToServer.UNREPORTED) {
				value.put("handled", message.handled());
			}
		}

		@Override
		public void hello(ToServer.Hello hello, ObjectNode value) {
			ArrayNode subscriptions = value.putArray("subscriptions");
			hello.subscriptions().forEach((each) -> subscriptionRequest(each, subscriptions.addObject()));
			ToServer.Resume resume = hello.resume();
			if (resume != null) {
				ObjectNode tree = value.putObject("resume");
				tree.put("epoch", resume.position().epoch()).put("position", resume.position().sequence());
				tree.put("stream", resume.stream()).put("secret", resume.secret());
			}
			ToServer.Snapshot snapshot = hello.snapshot();
			if (snapshot != null) {
				args(snapshot.args(), value.putObject("snapshot").put("name", snapshot.name()).putArray("args"));
			}
			set("params", hello.params(), value);
			set("credentials", hello.credentials(), value);
			value.put("contract", hello.contract());
		}

		@Override
		public void authenticate(ToServer.Authenticate authenticate, ObjectNode value) {
			set("credentials", authenticate.credentials(), value);
		}

		private static void args(List<JsonNode> args, ArrayNode target) {
			args.forEach((arg) -> target.add(arg));
		}

		private static void set(String field, @Nullable JsonNode node, ObjectNode value) {
			if (node != null) {
				value.set(field, node);
			}
		}

	}

}

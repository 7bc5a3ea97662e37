/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.value.Markers;

/**
 * Reads the messages of the extended mode from a tree, because they have too many fields
 * to read them in one pass.
 */
final class ExtendedReader {

	private static final int MAX_KEY_LENGTH = 200;

	/**
	 * One year: a longer deadline is ignored, so that its nanoseconds can be added to a
	 * time.
	 */
	private static final long MAX_DEADLINE_MILLIS = Duration.ofDays(365).toMillis();

	private ExtendedReader() {
	}

	static ToServer message(JsonNode frame) {
		JsonNode body = object(frame.get("body"), "body");
		JsonNode value = object(body.get("val"), "val");
		return switch (MessageFields.kind(body.get("tag"))) {
			case ACTION_REQUEST -> new ToServer.ActionRequest(MessageFields.number(value.get("id"), "id"),
					MessageFields.text(value.get("name"), "name"), args(value), options(value), handled(value));
			case SUBSCRIPTION_REQUEST ->
				subscription(value, MessageFields.flag(value.get("subscribe"), "subscribe"), handled(value));
			case CANCEL -> new ToServer.Cancel(MessageFields.number(value.get("id"), "id"), handled(value));
			case HELLO -> hello(value);
			case AUTHENTICATE -> new ToServer.Authenticate(credentials(value));
		};
	}

	private static long handled(JsonNode value) {
		JsonNode handled = value.get("handled");
		return MessageFields.isAbsent(handled) ? ToServer.UNREPORTED : MessageFields.number(handled, "handled");
	}

	private static JsonNode object(@Nullable JsonNode node, String field) {
		if (node == null || !node.isObject()) {
			throw Markers.malformed("`" + field + "` is not an object");
		}
		return node;
	}

	private static List<JsonNode> args(JsonNode value) {
		JsonNode args = value.get("args");
		if (args == null) {
			throw Markers.malformed("`args` is missing");
		}
		return MessageFields.args(args);
	}

	private static ToServer.CallOptions options(JsonNode value) {
		JsonNode oneWay = value.get("oneWay");
		JsonNode deadline = value.get("deadline");
		String key = MessageFields.optionalText(value.get("idempotencyKey"), "idempotencyKey");
		if (key != null && key.length() > MAX_KEY_LENGTH) {
			throw Markers.malformed("`idempotencyKey` is too long");
		}
		String traceparent = traceparent(value.get("traceparent"));
		boolean plain = MessageFields.isAbsent(oneWay) && MessageFields.isAbsent(deadline) && key == null
				&& traceparent == null;
		return plain ? ToServer.CallOptions.NONE
				: new ToServer.CallOptions(!MessageFields.isAbsent(oneWay) && MessageFields.flag(oneWay, "oneWay"),
						MessageFields.isAbsent(deadline) ? null : deadline(deadline), key, traceparent);
	}

	/** A malformed parent is ignored, as the recommendation Trace Context requires. */
	private static @Nullable String traceparent(@Nullable JsonNode node) {
		return (node != null && node.isString() && TraceParent.isValid(node.stringValue())) ? node.stringValue() : null;
	}

	private static Duration deadline(@Nullable JsonNode millis) {
		return Duration.ofMillis(Math.min(MessageFields.number(millis, "deadline"), MAX_DEADLINE_MILLIS));
	}

	private static ToServer.SubscriptionRequest subscription(JsonNode value, boolean subscribe, long handled) {
		return new ToServer.SubscriptionRequest(MessageFields.text(value.get("eventName"), "eventName"), subscribe,
				MessageFields.tags(value.get("tags")), handled);
	}

	private static ToServer.Hello hello(JsonNode value) {
		List<ToServer.SubscriptionRequest> subscriptions = new ArrayList<>();
		JsonNode wanted = value.get("subscriptions");
		if (wanted != null && !MessageFields.isAbsent(wanted)) {
			MessageFields.args(wanted)
				.forEach((each) -> subscriptions.add(subscription(each, true, ToServer.UNREPORTED)));
		}
		return new ToServer.Hello(subscriptions, resume(value.get("resume")), snapshot(value.get("snapshot")),
				present(value.get("params")), present(value.get("credentials")),
				MessageFields.optionalText(value.get("contract"), "contract"));
	}

	private static JsonNode credentials(JsonNode value) {
		JsonNode credentials = present(value.get("credentials"));
		if (credentials == null) {
			throw Markers.malformed("`credentials` is missing");
		}
		return credentials;
	}

	private static @Nullable JsonNode present(@Nullable JsonNode node) {
		return MessageFields.isAbsent(node) ? null : node;
	}

	private static ToServer.@Nullable Resume resume(@Nullable JsonNode node) {
		if (MessageFields.isAbsent(node)) {
			return null;
		}
		JsonNode resume = object(node, "resume");
		Position position = new Position(MessageFields.text(resume.get("epoch"), "epoch"),
				MessageFields.number(resume.get("position"), "position"));
		return new ToServer.Resume(position, MessageFields.optionalText(resume.get("stream"), "stream"),
				MessageFields.optionalText(resume.get("secret"), "secret"));
	}

	private static ToServer.@Nullable Snapshot snapshot(@Nullable JsonNode node) {
		if (MessageFields.isAbsent(node)) {
			return null;
		}
		JsonNode snapshot = object(node, "snapshot");
		JsonNode args = snapshot.get("args");
		return new ToServer.Snapshot(MessageFields.text(snapshot.get("name"), "name"),
				(args != null) ? MessageFields.args(args) : List.of());
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.Locale;
import java.util.Map;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;

/**
 * Writes the fields of the messages that {@code docs/protocol.md} adds.
 */
final class ExtendedMessages implements ToClient.ExtendedVisitor<ObjectNode, ObjectNode> {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final ExtendedMessages INSTANCE = new ExtendedMessages();

	private ExtendedMessages() {
	}

	static ObjectNode toTree(ToClient.Extended message) {
		return message.acceptExtended(INSTANCE, NODES.objectNode());
	}

	@Override
	public ObjectNode keepAlive(ToClient.KeepAlive alive, ObjectNode tree) {
		return tree.put("position", alive.position().sequence());
	}

	@Override
	public ObjectNode gap(ToClient.Gap gap, ObjectNode tree) {
		ArrayNode events = tree.put("reason", gap.reason()).putArray("events");
		gap.events().forEach(events::add);
		return tree.put("position", gap.position().sequence());
	}

	@Override
	public ObjectNode goingAway(ToClient.GoingAway away, ObjectNode tree) {
		return tree.put("delay", away.delay());
	}

	@Override
	public ObjectNode expiring(ToClient.Expiring expiring, ObjectNode tree) {
		return tree.put("remaining", expiring.remaining());
	}

	@Override
	public ObjectNode authenticateResponse(ToClient.AuthenticateResponse response, ObjectNode tree) {
		if (response.remaining() != null) {
			tree.put("remaining", response.remaining());
		}
		if (response.error() != null) {
			tree.set("error", error(response.error()));
		}
		return tree;
	}

	@Override
	public ObjectNode subscriptionResponse(ToClient.SubscriptionResponse response, ObjectNode tree) {
		tree.put("eventName", response.eventName());
		tree.put("subscribe", response.subscribe());
		tree.put("position", response.position().sequence());
		if (response.error() != null) {
			tree.set("error", error(response.error()));
		}
		return tree;
	}

	private static ObjectNode error(ToClient.Error error) {
		ObjectNode tree = NODES.objectNode();
		tree.put("group", error.group()).put("code", error.code()).put("message", error.message());
		if (error.metadata() != null) {
			tree.set("metadata", error.metadata());
		}
		return tree;
	}

	/** The reason of an application has no code, so a code is added. */
	@Override
	public ObjectNode close(ToClient.Close close, ObjectNode tree) {
		CloseReason reason = close.reason();
		ErrorCode known = ErrorCode.ofReason(reason.reason());
		int dot = reason.reason().indexOf('.');
		boolean coded = reason.code() != CloseReason.NORMAL && dot > 0;
		tree.put("group", coded ? reason.reason().substring(0, dot) : "connection");
		tree.put("code", coded ? reason.reason().substring(dot + 1) : "disconnected");
		tree.put("message", (coded && known != null) ? known.message() : reason.reason());
		tree.put("advice", reason.advice().wireName());
		if (close.retryAfter() != null) {
			tree.put("retryAfter", close.retryAfter());
		}
		return tree;
	}

	@Override
	public ObjectNode welcome(ToClient.Welcome welcome, ObjectNode tree) {
		tree.put("actorId", welcome.actorId());
		tree.put("connectionId", welcome.connectionId());
		tree.put("epoch", welcome.position().epoch());
		tree.put("position", welcome.position().sequence());
		tree.put("stream", welcome.stream());
		tree.put("secret", welcome.secret());
		ToClient.ResumeOutcome outcome = welcome.outcome();
		tree.put("outcome", outcome.kind().name().toLowerCase(Locale.ROOT));
		if (outcome.kind() == ToClient.ResumeOutcome.Kind.RESUMED) {
			tree.put("replayed", outcome.replayed());
		}
		if (outcome.reason() != null) {
			tree.put("reason", outcome.reason());
		}
		tree.put("keepAlive", welcome.keepAlive());
		ToClient.SnapshotResult snapshot = welcome.snapshot();
		if (snapshot != null && snapshot.error() != null) {
			tree.set("snapshotError", error(snapshot.error()));
		}
		else if (snapshot != null) {
			JsonNode output = snapshot.output();
			tree.set("snapshot", (output != null) ? output : MissingNode.getInstance());
		}
		if (!welcome.refused().isEmpty()) {
			refused(welcome.refused(), tree.putArray("refused"));
		}
		if (welcome.contractChanged()) {
			tree.put("contractChanged", true);
		}
		return tree;
	}

	private static void refused(Map<String, ToClient.Error> refused, ArrayNode tree) {
		refused.forEach((event, error) -> tree.addObject().put("eventName", event).set("error", error(error)));
	}

}

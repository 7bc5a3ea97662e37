/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.springframework.util.unit.DataSize;

/**
 * Stops the start if sizes contradict each other, so that the server would accept what it
 * cannot send.
 */
final class SizesCheck {

	/** A node has up to 100 rows of the outbox in memory. */
	private static final int LARGEST_ROW = 16 * 1024 * 1024;

	private static final String PREFIX = "rivet.events.";

	private SizesCheck() {
	}

	static void check(RivetEventsProperties properties) {
		RivetEventsProperties.Websocket websocket = properties.websocket();
		RivetEventsProperties.Sse sse = properties.sse();
		if (websocket.enabled()) {
			atLeast("websocket.max-frame-size", websocket.maxFrameSize(), "websocket.max-message-size",
					websocket.maxMessageSize().toBytes());
			checkQueue("websocket", websocket.maxQueuedSize(), websocket.maxOutgoingMessageSize(), properties);
		}
		if (sse.enabled()) {
			checkQueue("sse", sse.maxQueuedSize(), sse.maxOutgoingMessageSize(), properties);
		}
		isInt("actor.max-key-size", properties.actor().maxKeySize());
		isInt("redis.max-message-size", properties.redis().maxMessageSize());
		isInt("limits.connection.pipelined-size", properties.limits().connection().pipelinedSize());
		isInt("state.max-size", properties.state().maxSize());
		atMost("actor.max-input-size", properties.actor().maxInputSize(), Integer.MAX_VALUE / 2, "1GB");
		atMost("outbox.max-size", properties.outbox().maxSize(), LARGEST_ROW, "16MB");
		isInt("websocket.max-message-size", websocket.maxMessageSize());
		isInt("websocket.max-frame-size", websocket.maxFrameSize());
		isInt("sse.max-message-size", sse.maxMessageSize());
		isInt("http.max-message-size", properties.http().maxMessageSize());
		isInt("http.max-outgoing-message-size", properties.http().maxOutgoingMessageSize());
	}

	private static void checkQueue(String transport, DataSize queued, DataSize message,
			RivetEventsProperties properties) {
		String queuedName = transport + ".max-queued-size";
		String messageName = transport + ".max-outgoing-message-size";
		isInt(messageName, message);
		atLeast(queuedName, queued, messageName, message.toBytes());
		RivetEventsProperties.History history = properties.history();
		if (history.maxEvents() > 0) {
			atLeast(queuedName, queued, "history.max-size", history.maxSize().toBytes());
		}
		RivetEventsProperties.NodeLimits node = properties.limits().node();
		if (node.queuedSize() != null) {
			atLeast("limits.node.queued-size", node.queuedSize(), queuedName, queued.toBytes());
		}
		if (node.sendingSize() != null) {
			atLeast("limits.node.sending-size", node.sendingSize(), messageName, message.toBytes());
		}
	}

	private static void atLeast(String name, DataSize size, String otherName, long least) {
		if (size.toBytes() < least) {
			throw new InvalidSettingException(PREFIX + name, size, "%s%s must fit into it".formatted(PREFIX, otherName),
					"Set %s%s to at least %dB, or decrease %s%s".formatted(PREFIX, name, least, PREFIX, otherName));
		}
	}

	private static void isInt(String name, DataSize size) {
		atMost(name, size, Integer.MAX_VALUE, "2GB");
	}

	private static void atMost(String name, DataSize size, int most, String limit) {
		if (size.toBytes() < 1 || size.toBytes() > most) {
			throw InvalidSettingException.expected(PREFIX + name, size, "at least 1B and less than " + limit);
		}
	}

}

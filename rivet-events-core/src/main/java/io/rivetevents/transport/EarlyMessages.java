/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ClientUsage;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer;

/**
 * The messages that a client sends before its link has the result of connecting. The
 * client may have received its welcome by then and send many messages at once. Used on
 * the thread of the session.
 */
final class EarlyMessages {

	/** {@code null} while there are none. */
	private @Nullable List<Early> waiting;

	/**
	 * A message that arrived before the client was connected.
	 *
	 * @param message the message
	 * @param identified whether the user was identified by then, so that the message
	 * counts towards the limits of the user
	 */
	private record Early(ToServer message, boolean identified) {
	}

	/**
	 * Keeps a message.
	 * @param usage the client's usage of the node, {@code null} if it has no budget
	 * @return whether there is room for it
	 */
	boolean add(ToServer message, @Nullable ClientUsage usage) {
		List<Early> waiting = (this.waiting != null) ? this.waiting : new ArrayList<>();
		this.waiting = waiting;
		if (usage == null || usage.begin(MessageWeight.of(message)) != null) {
			return false;
		}
		waiting.add(new Early(message, usage.isIdentified()));
		return true;
	}

	/**
	 * Removes and returns all messages in their order; they are no longer counted.
	 * @param usage the usage that they were added with
	 */
	List<ToServer> take(@Nullable ClientUsage usage) {
		List<Early> waiting = this.waiting;
		this.waiting = null;
		if (waiting == null || usage == null) {
			return List.of();
		}
		waiting.forEach((each) -> usage.end(MessageWeight.of(each.message()), each.identified()));
		return waiting.stream().map(Early::message).toList();
	}

}

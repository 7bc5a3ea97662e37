/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ReconnectAdvice;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;

/**
 * Elements of Server-Sent Events other than messages: {@code docs/protocol.md}.
 */
public final class EventStream {

	/** Id of the last item of a stream that a client must not open again. */
	public static final String CLOSED = "closed";

	private EventStream() {
	}

	/**
	 * Returns the id of an item.
	 * @param position position of the item
	 */
	public static String id(Position position) {
		return position.epoch() + "-" + position.sequence();
	}

	/**
	 * Reads the id of an item.
	 * @param id an id that {@link #id} has created
	 * @return position of the item, {@code null} if the id is not valid
	 */
	public static @Nullable Position position(String id) {
		int dash = id.lastIndexOf('-');
		if (dash <= 0) {
			return null;
		}
		try {
			long sequence = Long.parseLong(id, dash + 1, id.length(), 10);
			return (sequence >= 0) ? new Position(id.substring(0, dash), sequence) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	/**
	 * Returns whether a client that can only open the stream again must not do so.
	 * @param reason why the stream ends
	 */
	public static boolean endsForGood(CloseReason reason) {
		return reason.advice() == ReconnectAdvice.NEVER || reason.advice() == ReconnectAdvice.CREDENTIALS;
	}

	/**
	 * Reads the messages of a body.
	 * @param body a JSON array of messages
	 * @throws RivetException with {@code actor.invalid_request} if it cannot be read
	 */
	public static List<ToServer> messages(byte[] body) {
		return EventStreamCodec.decodeAll(body);
	}

}

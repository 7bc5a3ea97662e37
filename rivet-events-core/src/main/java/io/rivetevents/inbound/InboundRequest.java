/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;

/**
 * A request of a client about one of its connections that did not arrive over the
 * connection itself, such as a POST with messages of a client whose connection is an
 * event stream.
 *
 * @param connectionId id of the connection as the client sent it; any text
 * @param secret secret of the stream as the client sent it, {@code null} if there is none
 * @param owner owner id of the user of the request, {@code null} for an anonymous client
 * @param content what the client requests
 */
public record InboundRequest(String connectionId, @Nullable String secret, @Nullable String owner, Content content) {

	/** What a client requests. */
	public sealed interface Content {

	}

	/**
	 * Messages, which are handled in their order.
	 *
	 * @param sequence number of the request, higher than that of each earlier one;
	 * {@code null} if the client does not number its requests. A request with the number
	 * of an earlier one has no effect
	 * @param body the messages as the client sent them, not decoded
	 */
	public record Messages(@Nullable Long sequence, byte[] body) implements Content {
	}

	/**
	 * Messages that could not be read, for example because they are too long: the
	 * connection is closed.
	 *
	 * @param reason the reason that the client receives
	 */
	public record Unreadable(CloseReason reason) implements Content {
	}

	/** The end of the connection. */
	public record Leave() implements Content {
	}

}

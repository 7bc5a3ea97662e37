/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RetryDelay;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.EncodedMessage;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The messages that notify a client of changes to its queue: events were dropped, or the
 * connection ends. Only clients of the extended mode receive them. Safe for use by
 * several threads.
 */
final class QueueNotices {

	private static final CloseReason TOO_MANY = CloseReason.of(ErrorCode.TOO_MANY_CONNECTIONS);

	private final Encoding encoding;

	private volatile @Nullable Long retryAfter;

	/**
	 * Creates the notices of one queue.
	 * @param encoding encoding of messages
	 */
	QueueNotices(Encoding encoding) {
		this.encoding = encoding;
	}

	/**
	 * Returns whether a queue sends nothing before the client is accepted: its first
	 * message is a welcome.
	 */
	boolean beginWithWelcome() {
		return this.encoding.isExtended();
	}

	/**
	 * Returns whether the client is notified when a message is dropped.
	 */
	boolean includeDropOf(EncodedMessage message) {
		return this.encoding.isExtended() && message.event() != null && message.position() != null;
	}

	/**
	 * Returns the notice of dropped events.
	 * @return encoded bytes
	 */
	byte[] ofDrops(Gap gap) {
		return this.encoding.codec().encode(new ToClient.Gap(ToClient.Gap.DROPPED, gap.events(), gap.position()));
	}

	/**
	 * Returns the notice that the server is about to stop.
	 * @param delay milliseconds that the client should wait before it reconnects
	 * @return the message, {@code null} in the plain protocol
	 */
	@Nullable OutgoingMessage ofEnd(long delay) {
		if (!this.encoding.isExtended()) {
			return null;
		}
		this.retryAfter = delay;
		return OutgoingMessage.of(new ToClient.GoingAway(delay));
	}

	/**
	 * Returns the last message, which contains the close reason.
	 * @return encoded bytes, {@code null} in the plain protocol
	 */
	byte @Nullable [] ofClose(CloseReason reason) {
		return this.encoding.isExtended() ? this.encoding.codec().encode(new ToClient.Close(reason, delay(reason)))
				: null;
	}

	/**
	 * Returns the delay after which the client reconnects, {@code null} to leave it to
	 * the client.
	 */
	private @Nullable Long delay(CloseReason reason) {
		return reason.equals(TOO_MANY) ? Long.valueOf(RetryDelay.nextMillis()) : this.retryAfter;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import io.rivetevents.protocol.encoding.EncodedMessage;

/**
 * Receives what happens to the messages of one queue. Called under the lock of the queue:
 * must return at once and must not call the queue.
 */
public interface QueueListener {

	/** A message was added that waits until the connection is accepted. */
	void early(EncodedMessage message);

	/**
	 * A message was dropped.
	 * @param message the message
	 * @param reason why, in a few words
	 */
	void dropped(EncodedMessage message, String reason);

	/** A message was taken by the transport, which writes it to the socket. */
	void written(EncodedMessage message);

}

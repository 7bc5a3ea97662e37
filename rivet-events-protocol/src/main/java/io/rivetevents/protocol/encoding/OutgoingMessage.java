/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ToClient;

/**
 * A message to any number of clients, encoded once for each encoding in use. Safe for use
 * by several threads; threads that request an encoding at the same moment may both
 * encode, and receive equal bytes.
 */
public final class OutgoingMessage {

	private static final int ENCODINGS = Encoding.values().length;

	private final ToClient message;

	private final AtomicReferenceArray<@Nullable EncodedMessage> encoded = new AtomicReferenceArray<>(ENCODINGS);

	private final boolean droppable;

	private OutgoingMessage(ToClient message, boolean droppable) {
		this.message = message;
		this.droppable = droppable;
	}

	/**
	 * Creates an outgoing message, which is not encoded yet.
	 * @param message the message; its nodes must not be changed from now on
	 */
	public static OutgoingMessage of(ToClient message) {
		return new OutgoingMessage(message, false);
	}

	/**
	 * Creates an outgoing event, which is not encoded yet.
	 * @param event the event; its nodes must not be changed from now on
	 * @param droppable whether it may be dropped for a slow client
	 */
	public static OutgoingMessage of(ToClient.Event event, boolean droppable) {
		return new OutgoingMessage(event, droppable);
	}

	/**
	 * Returns the message.
	 */
	public ToClient message() {
		return this.message;
	}

	/**
	 * Returns whether it may be dropped for a slow client.
	 */
	public boolean isDroppable() {
		return this.droppable;
	}

	/**
	 * Returns the bytes of the message.
	 * @param encoding the encoding
	 * @return the bytes, shared by all callers: they must not be changed
	 */
	public byte[] encodedAs(Encoding encoding) {
		return encode(encoding).bytes();
	}

	/**
	 * Visits the encodings that the message has been written in.
	 * @param visitor receives the encoding and the encoded message
	 */
	public void forEachEncoded(BiConsumer<Encoding, EncodedMessage> visitor) {
		for (Encoding encoding : Encoding.values()) {
			EncodedMessage present = this.encoded.getAcquire(encoding.ordinal());
			if (present != null) {
				visitor.accept(encoding, present);
			}
		}
	}

	/**
	 * Returns the encoded message.
	 * @param encoding the encoding
	 * @return the message, shared by all callers
	 */
	public EncodedMessage encode(Encoding encoding) {
		EncodedMessage present = this.encoded.getAcquire(encoding.ordinal());
		if (present == null) {
			present = EncodedMessage.of(encoding.codec().encode(this.message), this.message, this.droppable);
			this.encoded.setRelease(encoding.ordinal(), present);
		}
		return present;
	}

}

package io.rivetevents.protocol.encoding;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ToClient;

/**
 * A message on its way to any number of clients, encoded once for each encoding in use.
 * Safe for use by several threads; two that ask at the same moment may both encode, and
 * get equal bytes.
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
	 * Create a message on its way; nothing is encoded yet.
	 * @param message the message; the nodes in it must not be changed from here on
	 */
	public static OutgoingMessage of(ToClient message) {
		return new OutgoingMessage(message, false);
	}

	/**
	 * Create an event on its way; nothing is encoded yet.
	 * @param event the event; the nodes in it must not be changed from here on
	 * @param droppable whether it may be dropped for a client that is slow
	 */
	public static OutgoingMessage of(ToClient.Event event, boolean droppable) {
		return new OutgoingMessage(event, droppable);
	}

	/**
	 * Return what is on its way.
	 */
	public ToClient message() {
		return this.message;
	}

	/**
	 * Return whether it may be dropped for a client that is slow.
	 */
	public boolean isDroppable() {
		return this.droppable;
	}

	/**
	 * Return the bytes of the message.
	 * @param encoding how it is written
	 * @return the bytes, shared by all who ask: not to be changed
	 */
	public byte[] encodedAs(Encoding encoding) {
		return encode(encoding).bytes();
	}

	/**
	 * Visits the encodings in which the message has been written so far.
	 * @param visitor takes the encoding and the encoded message
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
	 * @param encoding how it is written
	 * @return the message, shared by all that ask
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

package io.rivetevents.protocol;

/**
 * A message on its way to any number of clients, encoded once for each encoding in use.
 */
public final class OutgoingMessage {

	private final ToClient message;

	/** Two threads that race may encode twice; both get the same bytes. */
	private final byte[][] encoded = new byte[Encoding.values().length][];

	private OutgoingMessage(ToClient message) {
		this.message = message;
	}

	public static OutgoingMessage of(ToClient message) {
		return new OutgoingMessage(message);
	}

	public ToClient message() {
		return this.message;
	}

	/**
	 * Return the bytes of the message; not to be changed.
	 * @param encoding how it is written
	 */
	public byte[] encodedAs(Encoding encoding) {
		byte[] bytes = this.encoded[encoding.ordinal()];
		if (bytes == null) {
			bytes = encoding.codec().encode(this.message);
			this.encoded[encoding.ordinal()] = bytes;
		}
		return bytes;
	}

}

package io.rivetevents.protocol;

import org.jspecify.annotations.Nullable;

/**
 * How messages are written. A client chooses one for all it sends and gets.
 */
public enum Encoding {

	/** Text. */
	JSON("json", true, "application/json", new TreeCodec(JsonWriter::new, JsonReader::read)),

	/** Binary, in the same shape as JSON. */
	CBOR("cbor", false, "application/octet-stream", new TreeCodec(CborWriter::new, CborReader::read)),

	/** Binary and without names; values inside are CBOR. */
	BARE("bare", false, "application/octet-stream", new BareCodec());

	private final String wireName;

	private final boolean text;

	private final String contentType;

	private final Codec codec;

	Encoding(String wireName, boolean text, String contentType, Codec codec) {
		this.wireName = wireName;
		this.text = text;
		this.contentType = contentType;
		this.codec = codec;
	}

	/**
	 * Return the encoding of a name.
	 * @param wireName name as clients say it
	 * @return the encoding, or {@code null} if there is none
	 */
	public static @Nullable Encoding of(String wireName) {
		for (Encoding encoding : values()) {
			if (encoding.wireName.equals(wireName)) {
				return encoding;
			}
		}
		return null;
	}

	public String wireName() {
		return this.wireName;
	}

	/**
	 * Return whether frames are text.
	 */
	public boolean isText() {
		return this.text;
	}

	/**
	 * Return the content type of HTTP bodies.
	 */
	public String contentType() {
		return this.contentType;
	}

	public Codec codec() {
		return this.codec;
	}

}

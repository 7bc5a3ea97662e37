package io.rivetevents.protocol.encoding;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.value.CborReader;
import io.rivetevents.protocol.value.CborWriter;
import io.rivetevents.protocol.value.JsonReader;
import io.rivetevents.protocol.value.JsonWriter;

/**
 * How messages are written. A client chooses one for all it sends and gets: section 5 of
 * the protocol document.
 */
public enum Encoding {

	/** Text, with markers for what JSON has not. */
	JSON("json", true, "application/json", new TreeCodec(JsonWriter::new, JsonReader::read, false)),

	/** Binary, in the same shape as JSON. */
	CBOR("cbor", false, "application/octet-stream", new TreeCodec(CborWriter::new, CborReader::read, false)),

	/**
	 * Binary and without names; values inside are CBOR. What the official clients use.
	 */
	BARE("bare", false, "application/octet-stream", new BareCodec()),

	/** JSON in the extended mode. */
	EXTENDED_JSON("json", true, "application/json", new TreeCodec(JsonWriter::new, JsonReader::read, true)),

	/** CBOR in the extended mode. */
	EXTENDED_CBOR("cbor", false, "application/octet-stream", new TreeCodec(CborWriter::new, CborReader::read, true)),

	/** Server-Sent Events; what comes from the client is JSON of the extended mode. */
	EVENT_STREAM("json", true, "text/event-stream", new EventStreamCodec(EXTENDED_JSON.codec));

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
	 * Return the encoding of a name, in the plain protocol.
	 * @param wireName name as clients say it, in lower case
	 * @return the encoding, or {@code null} if there is none of that name
	 */
	public static @Nullable Encoding of(String wireName) {
		return switch (wireName) {
			case "json" -> JSON;
			case "cbor" -> CBOR;
			case "bare" -> BARE;
			default -> null;
		};
	}

	/**
	 * Return the encoding of the same name in the extended mode.
	 * @return the encoding, or {@code null} if there is none
	 */
	public @Nullable Encoding extended() {
		return switch (this) {
			case JSON -> EXTENDED_JSON;
			case CBOR -> EXTENDED_CBOR;
			default -> null;
		};
	}

	/**
	 * Return whether it is one of the extended mode.
	 */
	public boolean isExtended() {
		return this.compareTo(BARE) > 0;
	}

	/**
	 * Return the name as clients say it.
	 */
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
	 * Return the content type of HTTP bodies, in both directions.
	 */
	public String contentType() {
		return this.contentType;
	}

	/**
	 * Return what writes and reads it; safe for use by several threads.
	 */
	public Codec codec() {
		return this.codec;
	}

}

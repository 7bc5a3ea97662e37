/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.encoding;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.value.CborReader;
import io.rivetevents.protocol.value.CborWriter;
import io.rivetevents.protocol.value.JsonReader;
import io.rivetevents.protocol.value.JsonWriter;

/**
 * The encodings of messages. A client selects one for all messages in both directions:
 * section 5 of the protocol document.
 */
public enum Encoding {

	/** Text, with markers for values that JSON does not have. */
	JSON("json", true, "application/json", new TreeCodec(JsonWriter::new, JsonReader::read, false)),

	/** Binary, with the same structure as JSON. */
	CBOR("cbor", false, "application/octet-stream", new TreeCodec(CborWriter::new, CborReader::read, false)),

	/**
	 * Binary and without names; contained values are CBOR. Used by the official clients.
	 */
	BARE("bare", false, "application/octet-stream", new BareCodec()),

	/** JSON in the extended mode. */
	EXTENDED_JSON("json", true, "application/json", new TreeCodec(JsonWriter::new, JsonReader::read, true)),

	/** CBOR in the extended mode. */
	EXTENDED_CBOR("cbor", false, "application/octet-stream", new TreeCodec(CborWriter::new, CborReader::read, true)),

	/** Server-Sent Events; messages from the client are JSON of the extended mode. */
	EVENT_STREAM("json", true, "text/event-stream", new EventStreamCodec(EXTENDED_JSON.codec));

	private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

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
	 * Returns the encoding with the given name, in the plain protocol.
	 * @param wireName name on the wire, in lower case
	 * @return the encoding, or {@code null} if the name is unknown
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
	 * Returns the encoding with the same name in the extended mode.
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
	 * Returns whether this is an encoding of the extended mode.
	 */
	public boolean isExtended() {
		return this.compareTo(BARE) > 0;
	}

	/**
	 * Returns the name on the wire.
	 */
	public String wireName() {
		return this.wireName;
	}

	/**
	 * Returns the name for observers, which no other encoding has, for example
	 * {@code extended-json}.
	 */
	public String label() {
		return this.label;
	}

	/**
	 * Returns whether frames are text.
	 */
	public boolean isText() {
		return this.text;
	}

	/**
	 * Returns the content type of HTTP bodies, in both directions.
	 */
	public String contentType() {
		return this.contentType;
	}

	/**
	 * Returns the codec, which is safe for use by several threads.
	 */
	public Codec codec() {
		return this.codec;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes the primitives of BARE after the version, and values as contained CBOR.
 */
public final class BareWriter {

	private static final int VERSION = 4;

	/** Bytes of most lengths: 128 to 16383. */
	private static final int ROOM_FOR_LENGTH = 2;

	private final ByteOutput out = new ByteOutput();

	public BareWriter() {
		this.out.put(VERSION);
		this.out.put(0);
	}

	public BareWriter unsigned(long value) {
		this.out.varint(value);
		return this;
	}

	public BareWriter flag(boolean value) {
		this.out.put(value ? 1 : 0);
		return this;
	}

	public BareWriter text(String text) {
		int start = this.out.size();
		this.out.varint(text.length());
		if (this.out.ascii(text) != text.length()) {
			this.out.truncate(start);
			byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
			this.out.varint(utf8.length);
			this.out.put(utf8);
		}
		return this;
	}

	/**
	 * Writes a value of the application.
	 * @param value the value; {@code null} is undefined
	 */
	public BareWriter value(@Nullable JsonNode value) {
		int start = this.out.size();
		this.out.skip(ROOM_FOR_LENGTH);
		new CborWriter(this.out).value(value);
		this.out.lengthBefore(start, ROOM_FOR_LENGTH);
		return this;
	}

	/**
	 * Writes values of the application as one array.
	 */
	public BareWriter values(List<JsonNode> values) {
		int start = this.out.size();
		this.out.skip(ROOM_FOR_LENGTH);
		new CborWriter(this.out).values(values);
		this.out.lengthBefore(start, ROOM_FOR_LENGTH);
		return this;
	}

	public byte[] toBytes() {
		return this.out.toBytes();
	}

}

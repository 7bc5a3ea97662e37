/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import tools.jackson.databind.JsonNode;

/**
 * Reads the primitives of BARE after the version, and values from the contained CBOR.
 */
public final class BareReader {

	private static final int MAX_VERSION = 4;

	/** Size of a number of 63 bits, with 7 bits in each byte. */
	private static final int MAX_VARINT_BITS = 63;

	private final byte[] bytes;

	private int position;

	public BareReader(byte[] bytes) {
		this.bytes = bytes;
		int version = next() | (next() << 8);
		if (version < 1 || version > MAX_VERSION) {
			throw Markers.malformed("its version is unknown");
		}
	}

	/**
	 * Reads an unsigned number.
	 * @return the number, at most {@link Long#MAX_VALUE}; a larger number is rejected
	 */
	public long unsigned() {
		long value = 0;
		for (int shift = 0; shift < MAX_VARINT_BITS; shift += 7) {
			int next = next();
			value |= (long) (next & 0x7f) << shift;
			if ((next & 0x80) == 0) {
				if (next == 0 && shift > 0) {
					throw Markers.malformed("a number is not written in its shortest form");
				}
				return value;
			}
		}
		throw Markers.malformed("a number is too large");
	}

	public boolean flag() {
		int next = next();
		if (next > 1) {
			throw Markers.malformed("a boolean is neither 0 nor 1");
		}
		return next == 1;
	}

	public String text() {
		int length = length();
		this.position += length;
		return Utf8.decode(this.bytes, this.position - length, length);
	}

	public JsonNode value() {
		int length = length();
		this.position += length;
		return CborReader.read(this.bytes, this.position - length, this.position);
	}

	public void end() {
		if (this.position != this.bytes.length) {
			throw Markers.malformed("it is followed by further data");
		}
	}

	private int length() {
		long length = unsigned();
		if (length > this.bytes.length - this.position) {
			throw Markers.malformed("it ends too early");
		}
		return (int) length;
	}

	private int next() {
		if (this.position >= this.bytes.length) {
			throw Markers.malformed("it ends too early");
		}
		return this.bytes[this.position++] & 0xff;
	}

}

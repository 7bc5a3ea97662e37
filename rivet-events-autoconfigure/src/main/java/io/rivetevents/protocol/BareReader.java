package io.rivetevents.protocol;

import java.util.Arrays;

/**
 * Reads the primitives of BARE, after the version.
 */
final class BareReader {

	private static final int MAX_VERSION = 4;

	/** What a length of 63 bits takes, 7 bits a byte. */
	private static final int MAX_VARINT_BITS = 63;

	private final byte[] bytes;

	private int position;

	BareReader(byte[] bytes) {
		this.bytes = bytes;
		int version = next() | (next() << 8);
		if (version < 1 || version > MAX_VERSION) {
			throw Markers.malformed("its version is unknown");
		}
	}

	long unsigned() {
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

	boolean flag() {
		int next = next();
		if (next > 1) {
			throw Markers.malformed("a boolean is neither 0 nor 1");
		}
		return next == 1;
	}

	String text() {
		return CborReader.utf8(data());
	}

	byte[] data() {
		long length = unsigned();
		if (length > this.bytes.length - this.position) {
			throw Markers.malformed("it ends too early");
		}
		this.position += (int) length;
		return Arrays.copyOfRange(this.bytes, this.position - (int) length, this.position);
	}

	void end() {
		if (this.position != this.bytes.length) {
			throw Markers.malformed("something follows it");
		}
	}

	private int next() {
		if (this.position >= this.bytes.length) {
			throw Markers.malformed("it ends too early");
		}
		return this.bytes[this.position++] & 0xff;
	}

}

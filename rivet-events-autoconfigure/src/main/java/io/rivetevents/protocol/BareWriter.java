package io.rivetevents.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes the primitives of BARE, after the version.
 */
final class BareWriter {

	private static final int VERSION = 4;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream(128);

	BareWriter() {
		this.out.write(VERSION);
		this.out.write(0);
	}

	BareWriter tag(int tag) {
		return unsigned(tag);
	}

	BareWriter unsigned(long value) {
		long rest = value;
		while (rest > 0x7f) {
			this.out.write((int) (rest & 0x7f) | 0x80);
			rest >>>= 7;
		}
		this.out.write((int) rest);
		return this;
	}

	BareWriter flag(boolean value) {
		this.out.write(value ? 1 : 0);
		return this;
	}

	BareWriter text(String text) {
		return data(text.getBytes(StandardCharsets.UTF_8));
	}

	BareWriter data(byte[] bytes) {
		unsigned(bytes.length);
		this.out.write(bytes, 0, bytes.length);
		return this;
	}

	byte[] toBytes() {
		return this.out.toByteArray();
	}

}

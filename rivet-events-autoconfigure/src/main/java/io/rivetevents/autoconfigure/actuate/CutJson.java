/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Makes the beginning of a JSON text valid: what is not complete at its end is left out,
 * and open objects and arrays are closed.
 */
final class CutJson {

	private final byte[] json;

	/** Closing characters of the open objects and arrays, the innermost last. */
	private byte[] closing = new byte[16];

	private int depth;

	/** Where the text can be cut, and how many objects and arrays are open there. */
	private int end;

	private int depthAtEnd;

	private CutJson(byte[] json) {
		this.json = json;
	}

	/**
	 * Returns the complete part of a JSON text.
	 * @param json beginning of valid JSON in UTF-8
	 * @return valid JSON, {@code null} if the beginning is part of a single value
	 */
	static byte @Nullable [] close(byte[] json) {
		return new CutJson(json).close();
	}

	private byte @Nullable [] close() {
		boolean inText = false;
		for (int i = 0; i < this.json.length; i++) {
			byte next = this.json[i];
			if (next == '"') {
				inText = !inText;
			}
			else if (inText && next == '\\') {
				i++; // the escaped character, or the first one of its number
			}
			else if (!inText) {
				structure(next, i);
			}
		}
		return (this.end > 0) ? complete() : null;
	}

	private void structure(byte next, int index) {
		switch (next) {
			case '{', '[' -> {
				open((byte) ((next == '{') ? '}' : ']'));
				canEndAt(index + 1);
			}
			case '}', ']' -> this.depth--;
			case ',' -> canEndAt(index);
			default -> {
			}
		}
	}

	private void open(byte end) {
		if (this.depth == this.closing.length) {
			this.closing = Arrays.copyOf(this.closing, 2 * this.depth);
		}
		this.closing[this.depth++] = end;
	}

	/**
	 * What is open here stays in the array: until the next such place nothing is opened.
	 */
	private void canEndAt(int index) {
		this.end = index;
		this.depthAtEnd = this.depth;
	}

	private byte[] complete() {
		byte[] complete = Arrays.copyOf(this.json, this.end + this.depthAtEnd);
		for (int i = 0; i < this.depthAtEnd; i++) {
			complete[this.end + i] = this.closing[this.depthAtEnd - 1 - i];
		}
		return complete;
	}

}

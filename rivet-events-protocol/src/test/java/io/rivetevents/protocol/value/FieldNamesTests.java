/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class FieldNamesTests {

	private final FieldNames names = new FieldNames();

	@Test
	void keepsANameAndOneThatFallsOnItsPlace() {
		String name = get("players");
		String rival = rivalOf("players", "", 0);
		assertThat(get(rival)).isEqualTo(rival);
		assertThat(get("players")).isSameAs(name);
		assertThat(get(rival)).isSameAs(get(rival));
	}

	@Test
	void returnsTheRightNameWhenManyFallOnOnePlace() {
		get("players");
		for (int i = 0; i < 10; i++) {
			String rival = rivalOf("players", "", i);
			assertThat(get(rival)).isEqualTo(rival);
		}
		assertThat(get("players")).isEqualTo("players");
	}

	@Test
	void distinguishesNamesByTheirEnds() {
		for (String name : new String[] { "", "a", "12345678", "12345678a", "123456789012345", "1234567890123456" }) {
			assertThat(get(name)).isEqualTo(name);
			assertThat(get(rivalOf(name, "12345678", 0))).isNotEqualTo(name);
			assertThat(get(name)).isEqualTo(name);
		}
	}

	/** Returns a name that falls on the same place, and skips some that do. */
	private static String rivalOf(String name, String start, int skipped) {
		int left = skipped;
		for (int i = 0;; i++) {
			String rival = start + i;
			if (!rival.equals(name) && place(rival) == place(name) && left-- == 0) {
				return rival;
			}
		}
	}

	private static int place(String name) {
		return FieldNames.place(word(name, 0), word(name, Long.BYTES));
	}

	private String get(String name) {
		byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
		return this.names.get(word(name, 0), word(name, Long.BYTES), bytes, 0, bytes.length);
	}

	private static long word(String name, int start) {
		long word = 0;
		for (int i = start; i < Math.min(name.length(), start + Long.BYTES); i++) {
			word |= (long) name.charAt(i) << (i - start) * Byte.SIZE;
		}
		return word;
	}

}

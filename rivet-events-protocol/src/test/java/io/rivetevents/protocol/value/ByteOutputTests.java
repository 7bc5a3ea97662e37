/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol.value;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ByteOutputTests {

	/** Around the capacity that it starts with, and those it grows to. */
	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 127, 128, 255, 256, 257, 511, 512, 16_383, 16_384, 65_536 })
	void writesALengthBeforeWhatIsThere(int length) {
		for (int room = 0; room < 4; room++) {
			ByteOutput out = new ByteOutput();
			out.skip(room);
			out.put("x".repeat(length).getBytes(StandardCharsets.US_ASCII));
			out.lengthBefore(0, room);
			out.put('y');
			ByteOutput expected = new ByteOutput();
			expected.varint(length);
			expected.ascii("x".repeat(length) + "y");
			assertThat(out.toBytes()).isEqualTo(expected.toBytes());
		}
	}

	@ParameterizedTest
	@CsvSource({ "0,1", "127,1", "128,2", "16383,2", "16384,3", "9223372036854775807,9", "-1,10" })
	void writesUnsignedNumbersInTheirShortestForm(long value, int width) {
		ByteOutput out = new ByteOutput();
		out.varint(value);
		assertThat(out.toBytes()).hasSize(width);
		assertThat(out.last()).isBetween(0, 127);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EnvelopeTests {

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 127, 128, 1L << 35, Long.MAX_VALUE })
	void readsWhatItHasWritten(long number) {
		byte[] bytes = new Envelope(number, Long.MAX_VALUE - number, new byte[] { 9, 8 }, 0).toBytes();
		Envelope read = Envelope.read(bytes);
		assertThat(read.isGreeting()).isFalse();
		assertThat(read.session()).isEqualTo(number);
		assertThat(read.acknowledged()).isEqualTo(Long.MAX_VALUE - number);
		assertThat(Arrays.copyOfRange(bytes, read.start(), bytes.length)).containsExactly(9, 8);
		assertThat(Envelope.read(Envelope.greeting(number, 3).toBytes())).isEqualTo(Envelope.greeting(number, 3));
	}

	@Test
	void ignoresWhatALaterVersionAddsToAGreeting() {
		byte[] greeting = Envelope.greeting(4, 3).toBytes();
		assertThat(Envelope.read(Arrays.copyOf(greeting, greeting.length + 5))).isEqualTo(Envelope.greeting(4, 3));
	}

	@Test
	void rejectsBytesWithoutAHeader() {
		byte[] bytes = new Envelope(300, 300, new byte[] { 9 }, 0).toBytes();
		for (int length = 0; length < bytes.length; length++) {
			byte[] cut = Arrays.copyOf(bytes, length);
			assertThatIllegalArgumentException().isThrownBy(() -> Envelope.read(cut));
		}
		byte[] large = new byte[20];
		Arrays.fill(large, (byte) 0xff);
		assertThatIllegalArgumentException().isThrownBy(() -> Envelope.read(large));
	}

}

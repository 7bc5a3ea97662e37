/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.function.Consumer;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.EventStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bytes made by a random are read or refused with one kind of exception, at once, without
 * a server around: many more of them than {@link FrameFuzzTests} sends.
 */
class DecodeFuzzTests {

	private static final long MESSAGES = 2 * Long.getLong("rivet.fuzz.frames", 20_000);

	private static final long SEED = Long.getLong("rivet.fuzz.seed", 20261127);

	/** A message of 70 KB on a busy machine; what grows with its square takes minutes. */
	private static final Duration AT_ONCE = Duration.ofSeconds(2);

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE", "EXTENDED_JSON", "EXTENDED_CBOR" })
	void readsOrRefuses(Encoding encoding) {
		FuzzMessages messages = new FuzzMessages(encoding, new SplittableRandom(SEED));
		int refused = 0;
		for (long i = 0; i < MESSAGES; i++) {
			byte[] message = messages.nextWrong();
			long start = System.nanoTime();
			if (!reads(encoding, message, i)) {
				refused++;
			}
			assertThat(Duration.ofNanos(System.nanoTime() - start)).as("%s %d, seed %d", encoding, i, SEED)
				.isLessThan(AT_ONCE);
		}
		assertThat(refused).isBetween((int) (MESSAGES / 4), (int) (MESSAGES - MESSAGES / 50));
	}

	/** Whether one of those that take what a client sends takes it. */
	private static boolean reads(Encoding encoding, byte[] message, long number) {
		boolean taken = takes(encoding.codec()::decode, encoding, message, number);
		taken |= takes(encoding.codec()::decodeActionRequest, encoding, message, number);
		return taken | (encoding == Encoding.EXTENDED_JSON && takes(EventStream::messages, encoding, message, number));
	}

	private static boolean takes(Consumer<byte[]> reader, Encoding encoding, byte[] message, long number) {
		try {
			reader.accept(message);
			return true;
		}
		catch (RivetException ex) {
			return false;
		}
		catch (Throwable ex) {
			throw new AssertionError(
					"%s %d, seed %d: %s".formatted(encoding, number, SEED, HexFormat.of().formatHex(message)), ex);
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.value.WireValues;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

/**
 * Whatever the bytes, a decoder reads them or refuses them with one kind of exception,
 * and what it has read can be written.
 */
class MalformedInputTests {

	private static final long SEED = 20261120;

	private static final int MUTATIONS = 200;

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void refusesEachTruncation(Encoding encoding) {
		frames(encoding).forEach((frame) -> {
			for (int length = 0; length < frame.length; length++) {
				assertThat(reads(encoding.codec()::decode, Arrays.copyOf(frame, length))).isFalse();
			}
		});
		bodies(encoding).forEach((body) -> {
			for (int length = 0; length < body.length; length++) {
				assertThat(reads(encoding.codec()::decodeActionRequest, Arrays.copyOf(body, length))).isFalse();
			}
		});
		values(encoding).forEach((value) -> {
			for (int length = 0; encoding != Encoding.JSON && length < value.length; length++) {
				assertThat(reads(WireValues::decodeCbor, Arrays.copyOf(value, length))).isFalse();
			}
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void refusesWhatFollows(Encoding encoding) {
		for (byte more : new byte[] { 0, '1', (byte) 0xff, (byte) 0xf6 }) {
			frames(encoding)
				.forEach((frame) -> assertThat(reads(encoding.codec()::decode, append(frame, more))).isFalse());
			bodies(encoding).forEach(
					(body) -> assertThat(reads(encoding.codec()::decodeActionRequest, append(body, more))).isFalse());
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void survivesEachBitFlip(Encoding encoding) {
		everything().forEach((bytes) -> {
			for (int bit = 0; bit < bytes.length * 8; bit++) {
				byte[] flipped = bytes.clone();
				flipped[bit / 8] ^= (byte) (1 << bit % 8);
				readAll(encoding, flipped);
			}
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void survivesManyChangesAtOnce(Encoding encoding) {
		Random random = new Random(SEED);
		everything().forEach((bytes) -> {
			for (int i = 0; i < MUTATIONS; i++) {
				readAll(encoding, mutate(bytes, random));
			}
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "JSON", "CBOR", "BARE" })
	void survivesNoise(Encoding encoding) {
		Random random = new Random(SEED);
		for (int i = 0; i < 20_000; i++) {
			byte[] noise = new byte[random.nextInt(40)];
			random.nextBytes(noise);
			readAll(encoding, noise);
		}
	}

	@Test
	void saysWhatIsWrongWithoutTheBytes() {
		try {
			Encoding.JSON.codec().decode("{\"secret\":tru}".getBytes(StandardCharsets.UTF_8));
			fail("read");
		}
		catch (RivetException ex) {
			assertThat(ex.text()).startsWith("The message cannot be read").doesNotContain("secret", "tru}");
		}
	}

	private static void readAll(Encoding encoding, byte[] bytes) {
		reads((frame) -> echo(encoding.codec().decode(frame)), bytes);
		reads((body) -> echo(encoding.codec().decodeActionRequest(body)), bytes);
		if (encoding == Encoding.CBOR) {
			reads((value) -> echo(List.of(WireValues.decodeCbor(value))), bytes);
		}
		if (encoding == Encoding.JSON) {
			reads((value) -> echo(List.of(WireValues.decodeJson(value))), bytes);
		}
	}

	/** Any exception but the one fails the test. */
	private static boolean reads(Consumer<byte[]> decoder, byte[] bytes) {
		try {
			decoder.accept(bytes);
			return true;
		}
		catch (RivetException ex) {
			assertThat(ex.group()).isEqualTo("actor");
			assertThat(ex.code()).isEqualTo("invalid_request");
			return false;
		}
	}

	private static void echo(ToServer message) {
		if (message instanceof ToServer.ActionRequest request) {
			assertThat(request.id()).isNotNegative();
			echo(request.args());
		}
	}

	/** What a client may send must not break the frame of those it is sent on to. */
	private static void echo(List<JsonNode> args) {
		for (Encoding encoding : ClientCodec.PLAIN) {
			byte[] frame = encoding.codec().encode(new ToClient.Event("ev", args));
			assertThatCode(() -> ClientCodec.decode(encoding, frame)).doesNotThrowAnyException();
		}
	}

	private static byte[] mutate(byte[] bytes, Random random) {
		byte[] mutated = bytes.clone();
		for (int changes = 1 + random.nextInt(4); changes > 0 && mutated.length > 0; changes--) {
			mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
		}
		int from = random.nextInt(mutated.length + 1);
		return switch (random.nextInt(4)) {
			case 0 -> Arrays.copyOf(mutated, from);
			case 1 -> Arrays.copyOfRange(mutated, from, mutated.length);
			case 2 -> append(mutated, (byte) random.nextInt());
			default -> mutated;
		};
	}

	private static byte[] append(byte[] bytes, byte more) {
		byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
		longer[bytes.length] = more;
		return longer;
	}

	private static Stream<byte[]> everything() {
		return ClientCodec.PLAIN.stream()
			.flatMap((encoding) -> Stream.of(frames(encoding), bodies(encoding), values(encoding))
				.flatMap((all) -> all));
	}

	private static Stream<byte[]> frames(Encoding encoding) {
		return Vectors.of("clientToServer")
			.filter((vector) -> Vectors.encoding(vector) == encoding)
			.map(Vectors::bytes);
	}

	private static Stream<byte[]> bodies(Encoding encoding) {
		return Vectors.of("http")
			.filter((vector) -> vector.get("kind").stringValue().startsWith("HttpAction"))
			.filter((vector) -> Vectors.encoding(vector) == encoding)
			.map((vector) -> Vectors.bytes(vector.get("request")));
	}

	private static Stream<byte[]> values(Encoding encoding) {
		return Vectors.of("values").map((vector) -> switch (encoding) {
			case JSON -> vector.get("jsonArg").stringValue().getBytes(StandardCharsets.UTF_8);
			case CBOR -> Vectors.hex(vector, "cborArg");
			case BARE -> Vectors.hex(vector, "cborCompat");
			default -> throw new IllegalArgumentException();
		});
	}

}

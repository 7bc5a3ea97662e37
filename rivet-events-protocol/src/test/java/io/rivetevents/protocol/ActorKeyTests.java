/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ActorKeyTests {

	@ParameterizedTest(name = "{1}")
	@MethodSource("vectors")
	void serializesAndParses(List<String> parts, String serialized) {
		assertThat(new ActorKey(parts).serialize()).isEqualTo(serialized);
		assertThat(new ActorKey(parts)).hasToString(serialized);
		assertThat(ActorKey.parse(serialized)).isEqualTo(new ActorKey(parts)).hasSameHashCodeAs(new ActorKey(parts));
	}

	@Test
	void parsesNothingAsTheEmptyKey() {
		assertThat(ActorKey.parse(null)).isEqualTo(ActorKey.EMPTY);
		assertThat(ActorKey.parse("/")).isEqualTo(ActorKey.EMPTY);
		assertThat(ActorKey.of()).isEqualTo(ActorKey.EMPTY);
	}

	@Test
	void parsesWhatNoClientWrites() {
		assertThat(ActorKey.parse("a\\")).isEqualTo(ActorKey.of("a\\"));
		assertThat(ActorKey.parse("\\")).isEqualTo(ActorKey.of("\\"));
		assertThat(ActorKey.parse("\\a\\b")).isEqualTo(ActorKey.of("ab"));
		assertThat(ActorKey.parse("x\\0y/b")).isEqualTo(ActorKey.of("", "b"));
		assertThat(ActorKey.parse("a//b/")).isEqualTo(ActorKey.of("a", "", "b", ""));
		assertThat(ActorKey.parse("")).isEqualTo(ActorKey.of(""));
	}

	@Test
	void splitsTheQueryParameterAtCommas() {
		assertThat(ActorKey.ofQueryParameter(null)).isEqualTo(ActorKey.EMPTY);
		assertThat(ActorKey.ofQueryParameter("")).isEqualTo(ActorKey.EMPTY);
		assertThat(ActorKey.ofQueryParameter("general")).isEqualTo(ActorKey.of("general"));
		assertThat(ActorKey.ofQueryParameter("a,b")).isEqualTo(ActorKey.of("a", "b"));
		assertThat(ActorKey.ofQueryParameter("a,,b,")).isEqualTo(ActorKey.of("a", "", "b", ""));
		assertThat(ActorKey.ofQueryParameter("a/b,x y,é+&=").serialize()).isEqualTo("a\\/b/x y/é+&=");
	}

	@Test
	void anySerializedKeyIsParsedBack() {
		Random random = new Random(1);
		for (int i = 0; i < 20_000; i++) {
			List<String> parts = new ArrayList<>();
			for (int count = random.nextInt(4); count > 0; count--) {
				parts.add(random.ints(random.nextInt(5), 0, 5)
					.mapToObj((index) -> "/\\0a,".substring(index, index + 1))
					.reduce("", String::concat));
			}
			ActorKey key = new ActorKey(parts);
			assertThat(ActorKey.parse(key.serialize())).isEqualTo(key);
		}
	}

	@Test
	void copiesItsParts() {
		String[] parts = { "a" };
		ActorKey key = new ActorKey(Arrays.asList(parts));
		parts[0] = "b";
		assertThat(key).isEqualTo(ActorKey.of("a"));
	}

	static Stream<Arguments> vectors() {
		return Vectors.of("keys")
			.map((vector) -> Arguments.of(vector.get("key").valueStream().map((part) -> part.stringValue()).toList(),
					vector.get("serialized").stringValue()));
	}

}

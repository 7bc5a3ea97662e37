/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.answer.IdempotentAnswers;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Clients choose texts of equal hashes; maps whose keys are made of them stay fast.
 */
class EqualHashesTests {

	private static final int BLOCKS = 13;

	/** Texts of the same hash, as many as there are words of "Aa" and "BB". */
	private static List<String> texts() {
		List<String> texts = new ArrayList<>();
		for (int i = 0; i < 1 << BLOCKS; i++) {
			StringBuilder text = new StringBuilder();
			for (int bit = 0; bit < BLOCKS; bit++) {
				text.append(((i >> bit & 1) == 0) ? "Aa" : "BB");
			}
			texts.add(text.toString());
		}
		return texts;
	}

	static Stream<Function<String, Object>> keys() {
		return Stream.of((text) -> ActorAddress.of("room", text), (text) -> ActorAddress.of("room", "part", text),
				(text) -> new ActorAddress(text, "room", ActorKey.EMPTY),
				(text) -> new ActorAddress("default", text, ActorKey.EMPTY), ActorKey::of,
				(text) -> new IdempotentAnswers.Key("pay", text, new byte[32]));
	}

	@ParameterizedTest
	@MethodSource("keys")
	void areFoundAsFastAsOthers(Function<String, Object> key) {
		Map<Object, Integer> map = new HashMap<>();
		List<String> texts = texts();
		assertTimeoutPreemptively(Duration.ofSeconds(8), () -> {
			for (int times = 0; times < 12; times++) {
				for (int i = 0; i < texts.size(); i++) {
					map.put(key.apply(texts.get(i)), i);
				}
			}
		});
		assertThat(map).hasSize(texts.size());
		assertThat(map.keySet().stream().mapToInt(Object::hashCode).distinct()).hasSize(1);
	}

	@Test
	void areOrderedByAllThatTellsThemApart() {
		List<ActorAddress> ordered = List.of(ActorAddress.of("a"), ActorAddress.of("a", "x"),
				ActorAddress.of("a", "x", "y"), ActorAddress.of("a", "y"), ActorAddress.of("b"),
				new ActorAddress("other", "a", ActorKey.EMPTY));
		assertThat(ordered).isSorted();
		assertThat(ActorAddress.of("a", "x")).isEqualByComparingTo(ActorAddress.of("a", "x"));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import io.rivetevents.actor.state.StoredAnswer;

import static org.assertj.core.api.Assertions.assertThat;

class PendingAnswersTests {

	private final PendingAnswers answers = new PendingAnswers();

	private static StoredAnswer answer(String key, int size) {
		return new StoredAnswer(key, Instant.MAX, new byte[size]);
	}

	@Test
	void keepsTheLatestWithinItsBytes() {
		for (int i = 0; i < 100; i++) {
			this.answers.add(answer("k" + i, 100 * 1024));
		}
		assertThat(this.answers.all()).extracting(StoredAnswer::key).hasSize(10).startsWith("k90").endsWith("k99");
	}

	@Test
	void keepsOneHoweverLarge() {
		assertThat(this.answers.add(answer("a", 10))).isZero();
		assertThat(this.answers.add(answer("b", 10_000_000))).isOne();
		assertThat(this.answers.all()).extracting(StoredAnswer::key).containsExactly("b");
	}

	@Test
	void countsWhatWasRemoved() {
		for (int i = 0; i < 100; i++) {
			StoredAnswer answer = answer("k" + i, 600 * 1024);
			assertThat(this.answers.add(answer)).isZero();
			this.answers.remove(answer);
			this.answers.remove(answer);
		}
		assertThat(this.answers.all()).isEmpty();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;

import static org.assertj.core.api.Assertions.assertThat;

class SafeTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "\n", "\r", "\t", "\u0000", "\u001b", "\u007f", "\u0085", "\u2028", "\u2029", "\u202e",
			"\u200b", "\ufeff" })
	void escapesWhatCouldEndOrHideALine(String bad) {
		String safe = SafeText.of("a" + bad + "b");
		assertThat(safe).startsWith("a\\").endsWith("b").doesNotContain(bad);
	}

	@Test
	void leavesOrdinaryTextAlone() {
		String text = "chat room \"é✓😀\" \\ /";
		assertThat(SafeText.of(text)).isEqualTo(text);
	}

	@Test
	void cutsALongText() {
		assertThat(SafeText.of("x".repeat(SafeText.MAX_LENGTH))).hasSize(SafeText.MAX_LENGTH);
		assertThat(SafeText.of("x".repeat(100_000))).hasSize(SafeText.MAX_LENGTH + 1).endsWith("…");
	}

	@Test
	void isUsedForTheMessageOfAnErrorButNotForItsText() {
		RivetException ex = new UserError("code", "one\ntwo");
		assertThat(ex.text()).isEqualTo("one\ntwo");
		assertThat(ex).hasMessage("one\\ntwo").hasToString("user.code: one\\ntwo");
	}

	@Test
	void isUsedForKeys() {
		assertThat(ActorKey.of("a\nb")).hasToString("a\\nb");
		assertThat(new CloseReason(1000, "a\r\nb")).hasToString("1000 a\\r\\nb");
	}

}

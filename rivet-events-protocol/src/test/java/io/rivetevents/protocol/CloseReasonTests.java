/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.rivetevents.error.UserError;

import static org.assertj.core.api.Assertions.assertThat;

class CloseReasonTests {

	@Test
	void namesEachKind() {
		assertThat(CloseReason.disconnected("kicked")).isEqualTo(new CloseReason(1000, "kicked"));
		assertThat(CloseReason.unsupportedEncoding())
			.isEqualTo(new CloseReason(1003, "actor.unsupported_websocket_encoding"));
		assertThat(CloseReason.of(ErrorCode.FORBIDDEN)).isEqualTo(new CloseReason(1011, "auth.forbidden"));
		assertThat(new UserError("bad_token", "nope").closeReason()).isEqualTo(new CloseReason(1011, "user.bad_token"));
	}

	@Test
	void letsAClientOnASlowLinkComeBack() {
		assertThat(CloseReason.of(ErrorCode.REQUEST_TIMED_OUT).advice()).isEqualTo(ReconnectAdvice.LATER);
	}

	@ParameterizedTest
	@EnumSource
	void errorsFitInACloseFrame(ErrorCode code) {
		assertThat(CloseReason.of(code).reason()).isEqualTo(code.group() + "." + code.code());
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "é", "✓", "😀", "xé✓😀", "\ud83d" })
	void cutsALongReasonBetweenTwoCharacters(String letter) {
		String reason = letter.repeat(130);
		String cut = CloseReason.disconnected(reason).reason();
		int width = letter.getBytes(StandardCharsets.UTF_8).length;
		assertThat(cut.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(123).hasSizeGreaterThan(123 - 4);
		assertThat(reason.replace('\ud83d', (letter.length() == 1) ? '?' : '\ud83d')).startsWith(cut);
		assertThat(width).isPositive();
	}

	@Test
	void leavesAReasonThatJustFits() {
		String reason = "x".repeat(123);
		assertThat(CloseReason.disconnected(reason).reason()).isEqualTo(reason);
		assertThat(CloseReason.disconnected(reason + "y").reason()).isEqualTo(reason);
	}

}

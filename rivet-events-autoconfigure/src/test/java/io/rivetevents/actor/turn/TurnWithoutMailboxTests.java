/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for turns that run although their mailbox is closed, so that nothing waits for
 * their end.
 */
@ExtendWith(OutputCaptureExtension.class)
class TurnWithoutMailboxTests {

	@Test
	void logsItsError(CapturedOutput output) {
		Turn.<String>ofClient((instance) -> Mono.error(new IllegalStateException("The pen is dry")), false)
			.doNow("book[diary]");
		assertThat(output).contains("A turn of book[diary] failed", "IllegalStateException: The pen is dry");
	}

}

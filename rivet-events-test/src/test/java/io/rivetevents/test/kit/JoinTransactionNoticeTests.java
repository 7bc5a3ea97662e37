/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A slice has no transactions, and reports that a setting for them has no effect.
 */
@ExtendWith(OutputCaptureExtension.class)
@ActorTest(properties = "rivet.events.state.jdbc.join-transaction=true")
class JoinTransactionNoticeTests {

	@Test
	void reportsThatTransactionsAreNotJoined(CapturedOutput output) {
		assertThat(output).contains("rivet.events.state.jdbc.join-transaction has no effect in this test");
	}

}

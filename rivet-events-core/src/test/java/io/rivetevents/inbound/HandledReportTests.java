/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.inbound;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What each report of a client means, by the positions that the server has.
 */
class HandledReportTests {

	@ParameterizedTest
	@CsvSource({ "0, -1, 0, ADVANCED", "5, -1, 9, ADVANCED", "9, 5, 9, ADVANCED", "5, 5, 9, UNCHANGED",
			"4, 5, 9, BEHIND", "0, 5, 9, BEHIND", "10, 5, 9, AHEAD", "9223372036854775807, 5, 9, AHEAD",
			"1, -1, 0, AHEAD" })
	void isOneOfFour(long position, long before, long sent, HandledReport expected) {
		assertThat(ToServer.UNREPORTED).isEqualTo(-1);
		assertThat(HandledReport.of(position, before, sent)).isEqualTo(expected);
	}

}

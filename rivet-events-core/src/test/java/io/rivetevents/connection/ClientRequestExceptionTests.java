/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClientRequestExceptionTests {

	@ParameterizedTest
	@EnumSource
	void keepsWhatAClientSaysOnOneLine(ClientRequestException.Reason reason) {
		assertThat(new ClientRequestException(reason, "a\nFORGED\u202e" + "x".repeat(2000)).getMessage())
			.startsWith("a\\nFORGED\\u202e")
			.hasSizeLessThan(1100);
	}

}

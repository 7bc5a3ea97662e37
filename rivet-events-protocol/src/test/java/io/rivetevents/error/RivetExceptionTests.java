/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.error;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

class RivetExceptionTests {

	@Test
	void saysWhatItsCodeSays() {
		RivetException ex = new RivetException(ErrorCode.FORBIDDEN);
		assertThat(ex.group()).isEqualTo("auth");
		assertThat(ex.code()).isEqualTo("forbidden");
		assertThat(ex.status()).isEqualTo(403);
		assertThat(ex.text()).isEqualTo("Forbidden");
		assertThat(ex.metadata()).isNull();
		assertThat(ex).hasToString("auth.forbidden: Forbidden");
	}

	@Test
	void takesAMessageAndMetadata() {
		RivetException ex = new RivetException(ErrorCode.OVERLOADED, "Too much", Map.of("capacity", 1));
		assertThat(ex).hasMessage("Too much");
		assertThat(ex.metadata()).isEqualTo(Map.of("capacity", 1));
		assertThat(new RivetException(ErrorCode.OVERLOADED, "Too much").metadata()).isNull();
	}

	@Test
	void hasNoStackTraceUnlessTheApplicationThrowsIt() {
		assertThat(new RivetException(ErrorCode.FORBIDDEN).getStackTrace()).isEmpty();
		assertThat(new UserError("nope").getStackTrace()).isNotEmpty();
	}

	@Test
	void aUserErrorIsOfGroupUser() {
		assertThat(new UserError("nope")).hasToString("user.user_error: nope");
		assertThat(new UserError("bad_token", "nope")).hasToString("user.bad_token: nope");
		UserError error = new UserError("bad_token", "nope", Map.of("hint", "x"));
		assertThat(error.status()).isEqualTo(400);
		assertThat(error.metadata()).isEqualTo(Map.of("hint", "x"));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.Arrays;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorCodeTests {

	/**
	 * Each code with its reason, its status, what a client is to do whose connection was
	 * closed for it, and whether the published clients repeat a call that it answers.
	 */
	private static final String ROWS = """
			USER_ERROR                     | user.user_error                    | 400 | NEVER       | once
			INTERNAL_ERROR                 | rivetkit.internal_error            | 500 | LATER       | once
			ACTION_NOT_FOUND               | actor.action_not_found             | 404 | NEVER       | once
			ACTION_TIMED_OUT               | actor.action_timed_out             | 504 | NEVER       | once
			ACTOR_NOT_FOUND                | actor.not_found                    | 404 | NEVER       | repeated
			ACTOR_NOT_REGISTERED           | actor.not_registered               | 400 | NEVER       | once
			DUPLICATE_KEY                  | actor.duplicate_key                | 400 | NEVER       | once
			VALIDATION_ERROR               | actor.validation_error             | 400 | NEVER       | once
			METHOD_NOT_ALLOWED             | actor.method_not_allowed           | 405 | NEVER       | once
			INVALID_REQUEST                | actor.invalid_request              | 400 | NEVER       | once
			RESTARTING                     | actor.restarting                   | 503 | LATER       | repeated
			DESTROYING                     | actor.destroying                   | 503 | LATER       | repeated
			STOPPED                        | actor.stopped                      | 503 | RETRY       | repeated
			OVERLOADED                     | actor.overloaded                   | 503 | LATER       | once
			OUTCOME_UNKNOWN                | actor.outcome_unknown              | 503 | LATER       | once
			STATE_UNREADABLE               | actor.state_unreadable             | 500 | NEVER       | once
			STATE_UNAVAILABLE              | state.unavailable                  | 503 | LATER       | once
			STATE_TOO_LARGE                | state.too_large                    | 500 | NEVER       | once
			INPUT_TOO_LARGE                | actor.input_too_large              | 400 | NEVER       | once
			KEY_TOO_LARGE                  | actor.key_too_large                | 400 | NEVER       | once
			EMPTY_KEY                      | actor.empty_key                    | 400 | NEVER       | once
			TOO_MANY_SUBSCRIPTIONS         | actor.too_many_subscriptions       | 400 | NEVER       | once
			SKIPPED                        | actor.skipped                      | 400 | NEVER       | once
			CANCELLED                      | actor.cancelled                    | 409 | NEVER       | once
			DEADLINE_EXCEEDED              | actor.deadline_exceeded            | 504 | NEVER       | once
			CALLBACK_TIMED_OUT             | actor.callback_timed_out           | 504 | LATER       | once
			UNSUPPORTED_WEBSOCKET_ENCODING | actor.unsupported_websocket_encoding | 400 | NEVER       | once
			FORBIDDEN                      | auth.forbidden                     | 403 | NEVER       | once
			AUTHENTICATION_REQUIRED        | auth.authentication_required       | 401 | CREDENTIALS | once
			INVALID_CREDENTIALS            | auth.invalid_credentials           | 401 | CREDENTIALS | once
			IDENTITY_CONFLICT              | auth.identity_conflict             | 403 | NEVER       | once
			AUTHENTICATION_TIMED_OUT       | auth.authentication_timed_out      | 401 | CREDENTIALS | once
			EXPIRED                        | auth.expired                       | 401 | CREDENTIALS | once
			LOGGED_OUT                     | auth.logged_out                    | 401 | CREDENTIALS | once
			INCOMING_TOO_LONG              | message.incoming_too_long          | 400 | RETRY       | once
			OUTGOING_TOO_LONG              | message.outgoing_too_long          | 400 | RETRY       | once
			ENCODING_INVALID               | encoding.invalid                   | 400 | NEVER       | once
			REQUEST_INVALID                | request.invalid                    | 400 | NEVER       | once
			REQUEST_TIMED_OUT              | request.timed_out                  | 408 | LATER       | once
			NOT_SUPPORTED                  | request.not_supported              | 501 | NEVER       | once
			NO_ROUTE                       | guard.no_route                     | 404 | NEVER       | once
			QUERY_INVALID_PARAMS           | guard.query_invalid_params         | 400 | NEVER       | once
			QUERY_DUPLICATE_PARAM          | guard.query_duplicate_param        | 400 | NEVER       | once
			QUERY_GET_DISALLOWED_PARAMS    | guard.query_get_disallowed_params  | 400 | NEVER       | once
			QUERY_MISSING_POOL             | guard.query_missing_pool           | 400 | NEVER       | once
			QUERY_EMPTY_ACTOR_NAME         | guard.query_empty_actor_name       | 400 | NEVER       | once
			QUERY_PATH_TOKEN_SYNTAX        | guard.query_path_token_syntax      | 400 | NEVER       | once
			QUERY_INVALID_BASE64_INPUT     | guard.query_invalid_base64_input   | 400 | NEVER       | once
			QUERY_INVALID_CBOR_INPUT       | guard.query_invalid_cbor_input     | 400 | NEVER       | once
			QUERY_INVALID_PERCENT_ENCODING | guard.query_invalid_percent_encoding | 400 | NEVER       | once
			API_NOT_FOUND                  | api.not_found                      | 404 | NEVER       | once
			SLOW_CONSUMER                  | connection.slow_consumer           | 503 | RETRY       | once
			TOO_MANY_CONNECTIONS           | connection.too_many                | 503 | LATER       | once
			CONNECTION_TIMED_OUT           | connection.timed_out               | 503 | RETRY       | once
			CONNECTION_REPLACED            | connection.replaced                | 409 | NEVER       | once
			CONNECTION_NOT_FOUND           | connection.not_found               | 404 | NEVER       | once
			""";

	private static Stream<Arguments> rows() {
		return ROWS.lines().map((line) -> Arguments.of((Object[]) line.trim().split("\\s*\\|\\s*")));
	}

	@ParameterizedTest
	@MethodSource("rows")
	void standsOnTheWireAs(ErrorCode code, String reason, int status, ReconnectAdvice advice, String times) {
		assertThat(code.reason()).isEqualTo(reason).isEqualTo(code.group() + "." + code.code());
		assertThat(code.status()).isEqualTo(status);
		assertThat(code.message()).isNotBlank();
		assertThat(code.advice()).isEqualTo(advice);
		assertThat(code.isRepeated()).isEqualTo(times.equals("repeated"));
		assertThat(ErrorCode.ofReason(reason)).isEqualTo(code);
	}

	@Test
	void eachHasARow() {
		assertThat(rows().map((row) -> ErrorCode.valueOf((String) row.get()[0])))
			.containsExactlyInAnyOrder(ErrorCode.values());
	}

	@Test
	void eachIsItsOwn() {
		assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::reason)).doesNotHaveDuplicates();
	}

	/** Chromium sends a request again that is answered 408, three times and more. */
	@Test
	void onlyWhatHasNotArrivedHasAStatusOnWhichBrowsersTryAgain() {
		assertThat(ErrorCode.values()).filteredOn((code) -> code.status() == 408)
			.containsExactly(ErrorCode.REQUEST_TIMED_OUT);
	}

	@Test
	void someMessagesAreRivets() {
		assertThat(ErrorCode.INTERNAL_ERROR.message()).isEqualTo("An internal error occurred");
		assertThat(ErrorCode.ACTION_TIMED_OUT.message()).isEqualTo("Action timed out");
		assertThat(ErrorCode.ACTOR_NOT_FOUND.message()).isEqualTo("The actor does not exist or was destroyed.");
		assertThat(ErrorCode.FORBIDDEN.message()).isEqualTo("Forbidden");
	}

}

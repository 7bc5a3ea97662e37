package io.rivetevents.protocol;

import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ErrorCodeTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			USER_ERROR                     | user.user_error                     | 400
			INTERNAL_ERROR                 | rivetkit.internal_error             | 500
			ACTION_NOT_FOUND               | actor.action_not_found              | 404
			ACTION_TIMED_OUT               | actor.action_timed_out              | 504
			ACTOR_NOT_FOUND                | actor.not_found                     | 404
			ACTOR_NOT_REGISTERED           | actor.not_registered                | 400
			DUPLICATE_KEY                  | actor.duplicate_key                 | 400
			VALIDATION_ERROR               | actor.validation_error              | 400
			METHOD_NOT_ALLOWED             | actor.method_not_allowed            | 405
			INVALID_REQUEST                | actor.invalid_request               | 400
			RESTARTING                     | actor.restarting                    | 503
			DESTROYING                     | actor.destroying                    | 503
			STOPPED                        | actor.stopped                       | 503
			OVERLOADED                     | actor.overloaded                    | 503
			INPUT_TOO_LARGE                | actor.input_too_large               | 400
			KEY_TOO_LARGE                  | actor.key_too_large                 | 400
			EMPTY_KEY                      | actor.empty_key                     | 400
			CALLBACK_TIMED_OUT             | actor.callback_timed_out            | 504
			UNSUPPORTED_WEBSOCKET_ENCODING | actor.unsupported_websocket_encoding | 400
			FORBIDDEN                      | auth.forbidden                      | 403
			LOGGED_OUT                     | auth.logged_out                     | 401
			INCOMING_TOO_LONG              | message.incoming_too_long           | 400
			OUTGOING_TOO_LONG              | message.outgoing_too_long           | 400
			ENCODING_INVALID               | encoding.invalid                    | 400
			REQUEST_INVALID                | request.invalid                     | 400
			NOT_SUPPORTED                  | request.not_supported               | 501
			NO_ROUTE                       | guard.no_route                      | 404
			QUERY_INVALID_PARAMS           | guard.query_invalid_params          | 400
			QUERY_DUPLICATE_PARAM          | guard.query_duplicate_param         | 400
			QUERY_GET_DISALLOWED_PARAMS    | guard.query_get_disallowed_params   | 400
			QUERY_MISSING_POOL             | guard.query_missing_pool            | 400
			QUERY_EMPTY_ACTOR_NAME         | guard.query_empty_actor_name        | 400
			QUERY_PATH_TOKEN_SYNTAX        | guard.query_path_token_syntax       | 400
			QUERY_INVALID_BASE64_INPUT     | guard.query_invalid_base64_input    | 400
			QUERY_INVALID_CBOR_INPUT       | guard.query_invalid_cbor_input      | 400
			QUERY_INVALID_PERCENT_ENCODING | guard.query_invalid_percent_encoding | 400
			API_NOT_FOUND                  | api.not_found                       | 404
			SLOW_CONSUMER                  | connection.slow_consumer            | 503
			CONNECTION_TIMED_OUT           | connection.timed_out                | 503
			""")
	void standsOnTheWireAs(ErrorCode code, String reason, int status) {
		assertThat(code.reason()).isEqualTo(reason).isEqualTo(code.group() + "." + code.code());
		assertThat(code.status()).isEqualTo(status);
		assertThat(code.message()).isNotBlank();
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

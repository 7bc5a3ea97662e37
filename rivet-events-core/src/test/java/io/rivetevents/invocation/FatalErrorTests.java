/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnStateChange;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * An {@link Error} that Reactor lets pass ends its turn, is reported to the caller, and
 * does not hold up other calls.
 */
class FatalErrorTests {

	private final ActorHarness harness = new ActorHarness(
			ActorSettings.DEFAULTS.withActionTimeout(Duration.ofSeconds(60)), new Room(), new Responding());

	@AfterEach
	void close() {
		this.harness.close();
	}

	private void callForFailure(Class<?> actor, String action, String kind) {
		RivetException failure = catchThrowableOfType(RivetException.class,
				() -> this.harness.directory()
					.call(ActorHarness.target(actor, "k"), ConnectRequest.stateless(null, Identity.ANONYMOUS),
							this.harness.request(0, action, kind))
					.block(Duration.ofSeconds(5)));
		assertThat(failure.code()).isEqualTo("internal_error");
	}

	@ParameterizedTest
	@CsvSource({ "now, stack", "now, class", "reactive, stack", "reactive, class", "interleaved, stack",
			"interleaved, class", "result, stack", "result, class", "laterResult, stack", "laterResult, class",
			"laterInterleaved, stack", "laterInterleaved, class" })
	void answersACallAndGoesOn(String action, String kind) {
		callForFailure(Room.class, action, kind);
		assertThat(this.harness.callAsClient(Room.class, "k", "echo", "x").stringValue()).isEqualTo("x");
		Awaitility.await().until(() -> this.harness.limits().pending().used() == 0);
	}

	@ParameterizedTest
	@CsvSource({ "now, stack", "reactive, stack", "reactive, class", "interleaved, class", "laterResult, class" })
	void answersAConnectedClientAndGoesOn(String action, String kind) {
		RecordedOutbound client = this.harness.connect(Room.class, "k", null);
		this.harness.directory()
			.deliver(ActorHarness.address(Room.class, "k"), client.connectionId(),
					this.harness.request(7, action, kind));
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.until(() -> client.messages()
				.stream()
				.anyMatch((message) -> message.toString().contains("internal_error")));
		assertThat(this.harness.callAsClient(Room.class, "k", "echo", "x").stringValue()).isEqualTo("x");
	}

	@ParameterizedTest
	@CsvSource({ "stack", "class" })
	void goesOnAfterAHookThatFails(String kind) {
		callForFailure(Responding.class, "respond", kind);
		assertThat(this.harness.callAsClient(Responding.class, "k", "echo", "x").stringValue()).isEqualTo("x");
	}

	@ParameterizedTest
	@CsvSource({ "stack", "class" })
	void goesOnAfterAStateThatCannotBeWritten(String kind) {
		this.harness.callAsClient(Room.class, "k", "spoil", kind);
		assertThat(this.harness.callAsClient(Room.class, "k", "echo", "x").stringValue()).isEqualTo("x");
	}

	private static Error error(String kind) {
		return kind.equals("stack") ? new StackOverflowError("of the test") : new NoClassDefFoundError("of the test");
	}

	/** Fails when it is written. */
	public static final class Value {

		private final String kind;

		Value(String kind) {
			this.kind = kind;
		}

		@JsonCreator
		static Value read(@JsonProperty("value") String value) {
			return new Value("none");
		}

		public String getValue() {
			if (!this.kind.equals("none")) {
				throw error(this.kind);
			}
			return "value";
		}

	}

	static class State {

		public Value value = new Value("none");

	}

	static class Room {

		@CreateState
		State create() {
			return new State();
		}

		@Action
		String echo(String text) {
			return text;
		}

		@Action
		String now(String kind) {
			throw error(kind);
		}

		@Action
		Mono<String> reactive(String kind) {
			return Mono.defer(() -> {
				throw error(kind);
			});
		}

		@Action(interleave = true)
		Mono<String> interleaved(String kind) {
			return Mono.defer(() -> {
				throw error(kind);
			});
		}

		@Action
		Value result(String kind) {
			return new Value(kind);
		}

		@Action
		Mono<Value> laterResult(String kind) {
			return Mono.delay(Duration.ofMillis(5)).thenReturn(new Value(kind));
		}

		@Action(interleave = true)
		Mono<Value> laterInterleaved(String kind) {
			return Mono.delay(Duration.ofMillis(5)).thenReturn(new Value(kind));
		}

		@Action
		void spoil(ActorContext<State, ?> c, String kind) {
			c.state().value = new Value(kind);
		}

		@OnStateChange
		void changed() {
		}

	}

	static class Responding {

		@Action
		String respond(String kind) {
			return kind;
		}

		@Action
		String echo(String text) {
			return text;
		}

		@OnBeforeActionResponse
		Mono<Object> response(String action, Object result) {
			return action.equals("respond") ? Mono.defer(() -> {
				throw error((String) result);
			}) : Mono.just(result);
		}

	}

}

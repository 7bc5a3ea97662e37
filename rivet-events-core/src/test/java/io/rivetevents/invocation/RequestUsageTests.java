/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.LimitSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * What requests without a connection bring along counts for the node while anything holds
 * it, whether their callers wait for it or not.
 */
class RequestUsageTests {

	private static final int ROOM = 100_000;

	private static final LimitSettings DEFAULTS = LimitSettings.DEFAULTS;

	private static final LimitSettings.Node NODE = DEFAULTS.node();

	private final Sinks.Many<String> held = Sinks.many().multicast().directBestEffort();

	private final ActorHarness harness = new ActorHarness(
			DEFAULTS
				.withNode(new LimitSettings.Node(NODE.connections(), ROOM, NODE.queuedBytes(), NODE.subscriptionBytes(),
						NODE.historyBytes(), NODE.answerBytes(), NODE.awakeBytes(), NODE.storedBytes(),
						NODE.receivingBytes(), NODE.sendingBytes(), NODE.compressionBytes(), NODE.requestBytes())),
			new Room(this.held), new Gate(this.held));

	@AfterEach
	void close() {
		this.held.tryEmitComplete();
		this.harness.close();
	}

	enum Request {

		CALL(Room.class, "echo"), INTERLEAVED(Room.class, "later"), ASIDE(Gate.class, "echo"), CREATE(Room.class, null),
		GET_OR_CREATE(Room.class, null);

		private final Class<?> actor;

		private final String action;

		Request(Class<?> actor, String action) {
			this.actor = actor;
			this.action = action;
		}

		Mono<?> begin(ActorHarness harness, ConnectRequest caller) {
			byte[] input = ("\"" + "i".repeat(30_000) + "\"").getBytes(StandardCharsets.UTF_8);
			return switch (this) {
				case CREATE -> harness.directory()
					.resolve(new ActorTarget.Create(ActorHarness.address(this.actor, "k"), input), caller);
				case GET_OR_CREATE -> harness.directory()
					.resolve(new ActorTarget.GetOrCreate(ActorHarness.address(this.actor, "k"), input), caller);
				default -> harness.directory()
					.call(ActorHarness.target(this.actor, "k"), caller,
							harness.request(0, this.action, "x".repeat(15_000)));
			};
		}

	}

	private static ConnectRequest stranger() {
		return ConnectRequest.stateless(null, Identity.ANONYMOUS);
	}

	private void holdTurn(Class<?> actor) {
		this.harness.directory()
			.call(ActorHarness.target(actor, "k"), null, this.harness.request(0, "hold"))
			.subscribe((done) -> {
			}, (ex) -> {
			});
		Awaitility.await().until(() -> this.held.currentSubscriberCount() > 0);
	}

	@ParameterizedTest
	@EnumSource
	void countsWhatACallerWhoHasHungUpLeavesInAMailbox(Request request) {
		holdTurn(request.actor);
		Disposable caller = request.begin(this.harness, stranger()).subscribe((done) -> {
		}, (ex) -> {
		});
		assertThat(this.harness.limits().pending().used()).isGreaterThan(30_000);
		caller.dispose();
		assertThat(this.harness.limits().pending().used()).isGreaterThan(30_000);
		this.held.tryEmitComplete();
		Awaitility.await().until(() -> this.harness.limits().pending().used() == 0);
	}

	@ParameterizedTest
	@EnumSource
	void refusesWhatTheNodeHasNoRoomForThoughAllCallersHaveHungUp(Request request) {
		holdTurn(request.actor);
		for (int i = 0; i < 3; i++) {
			request.begin(this.harness, stranger()).subscribe((done) -> {
			}, (ex) -> {
			}).dispose();
		}
		RivetException refusal = catchThrowableOfType(RivetException.class,
				() -> request.begin(this.harness, stranger()).block(ActorHarness.PATIENCE));
		assertThat(refusal.code()).isEqualTo("overloaded");
	}

	@ParameterizedTest
	@EnumSource
	void countsForTheCallerUntilItHasBeenAnswered(Request request) {
		request.begin(this.harness, stranger()).block(ActorHarness.PATIENCE);
		Awaitility.await().until(() -> this.harness.limits().pending().used() == 0);
	}

	@Test
	void refusesAnInputThatIsTooLargeBeforeItWaits() {
		holdTurn(Room.class);
		byte[] large = new byte[ActorSettings.DEFAULTS.maxInputSize() + 1];
		for (ActorTarget target : List.of(new ActorTarget.Create(ActorHarness.address(Room.class, "k"), large),
				new ActorTarget.GetOrCreate(ActorHarness.address(Room.class, "k"), large))) {
			RivetException refusal = catchThrowableOfType(RivetException.class,
					() -> this.harness.directory().resolve(target, stranger()).block(ActorHarness.PATIENCE));
			assertThat(refusal.code()).isEqualTo("input_too_large");
		}
	}

	static class Room {

		private final Sinks.Many<String> held;

		Room(Sinks.Many<String> held) {
			this.held = held;
		}

		@Action
		Mono<Void> hold() {
			return this.held.asFlux().then();
		}

		@Action
		String echo(String text) {
			return text;
		}

		@Action(interleave = true)
		Mono<String> later(String text) {
			return Mono.just(text);
		}

	}

	static class Gate {

		private final Sinks.Many<String> held;

		Gate(Sinks.Many<String> held) {
			this.held = held;
		}

		@OnBeforeConnect
		void before(@ConnParams @org.jspecify.annotations.Nullable String params) {
		}

		@Action
		Mono<Void> hold() {
			return this.held.asFlux().then();
		}

		@Action
		String echo(String text) {
			return text;
		}

	}

}

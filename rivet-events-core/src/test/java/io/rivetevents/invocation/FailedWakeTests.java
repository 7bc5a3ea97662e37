/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.LimitSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * An instance whose {@link OnWake} hook fails when it is created.
 */
class FailedWakeTests {

	private final Room room = new Room();

	private final UnreliableStore store = new UnreliableStore();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, this.room);

	@AfterEach
	void close() {
		this.harness.close();
	}

	/** How a client comes. */
	enum Way {

		CONNECT, CALL, RESOLVE

	}

	static Stream<Arguments> ways() {
		return Stream.of(Way.values())
			.flatMap(
					(way) -> Stream
						.of(Mono.error(new IllegalStateException("of the test")),
								Mono.delay(Duration.ofMillis(10))
									.then(Mono.error(new IllegalStateException("of the test"))))
						.map((wake) -> Arguments.of(way, wake)));
	}

	@ParameterizedTest
	@MethodSource("ways")
	void isDeletedIfItWasCreatedForAClient(Way way, Mono<Void> wake) {
		this.room.wake = wake;
		for (int i = 1; i <= 3; i++) {
			assertThat(codeOf(come(way))).isEqualTo("internal_error");
			assertThat(this.store.load(ActorHarness.address(Room.class, "k"))).isNull();
			assertThat(this.room.created).hasValue(i);
		}
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		this.room.wake = Mono.empty();
		come(way).block(ActorHarness.PATIENCE);
		assertThat(this.room.created).hasValue(4);
	}

	@Test
	void isDeletedInTheEndIfThatFails() {
		this.room.wake = Mono.fromRunnable(() -> this.store.failNext(2)).then(Mono.error(new IllegalStateException()));
		assertThat(codeOf(come(Way.CALL))).isEqualTo("internal_error");
		assertThat(this.store.load(ActorHarness.address(Room.class, "k"))).isNull();
	}

	/** It has not been refused: the server's next call wakes it. */
	@Test
	void isKeptIfTheServerHasCreatedIt() {
		this.room.wake = Mono.error(new IllegalStateException("of the test"));
		assertThat(codeOf(this.harness.directory()
			.call(ActorHarness.target(Room.class, "k"), null, this.harness.request(0, "hello"))))
			.isEqualTo("internal_error");
		assertThat(this.store.load(ActorHarness.address(Room.class, "k"))).isNotNull();
		this.room.wake = Mono.empty();
		this.harness.call(Room.class, "k", "hello");
		assertThat(this.room.created).hasValue(1);
	}

	@ParameterizedTest
	@MethodSource("ways")
	void givesBackWhatItTakesOfAStoreInMemory(Way way, Mono<Void> wake) {
		try (ActorHarness harness = new ActorHarness(LimitSettings.DEFAULTS, this.room)) {
			this.room.wake = wake;
			assertThat(codeOf(come(harness, way))).isEqualTo("internal_error");
			assertThat(harness.limits().stored().used()).isZero();
		}
	}

	private Mono<?> come(Way way) {
		return come(this.harness, way);
	}

	private static Mono<?> come(ActorHarness harness, Way way) {
		Identity ada = new Identity(() -> "ada", null);
		return switch (way) {
			case CONNECT -> Mono.defer(() -> {
				ConnectRequest request = ConnectRequest.stateful(null, ada);
				harness.connections().register(request, new RecordedOutbound(request.connectionId()));
				return harness.directory().connect(ActorHarness.target(Room.class, "k"), request);
			});
			case CALL -> harness.directory()
				.call(ActorHarness.target(Room.class, "k"), ConnectRequest.stateless(null, ada),
						harness.request(0, "hello"));
			case RESOLVE ->
				harness.directory().resolve(ActorHarness.target(Room.class, "k"), ConnectRequest.stateless(null, ada));
		};
	}

	private static @Nullable String codeOf(Mono<?> refused) {
		return catchThrowableOfType(RivetException.class, () -> refused.block(ActorHarness.PATIENCE)).code();
	}

	static class Room {

		private final AtomicInteger created = new AtomicInteger();

		private volatile Mono<Void> wake = Mono.empty();

		@CreateState
		int[] create() {
			this.created.incrementAndGet();
			return new int[] { 0 };
		}

		@OnWake
		Mono<Void> wake() {
			return this.wake;
		}

		@Action
		String hello() {
			return "hello";
		}

	}

}

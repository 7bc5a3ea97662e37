/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One client blocks the workers in many instances, and others are answered.
 */
class BlockedWorkersTests {

	private static final int WORKERS = 16;

	private static final CountDownLatch[] GO_ON = new CountDownLatch[1];

	private static final AtomicInteger blocked = new AtomicInteger();

	private final ActorHarness harness;

	BlockedWorkersTests() {
		GO_ON[0] = new CountDownLatch(1);
		blocked.set(0);
		this.harness = ActorHarness.withWorkers(WORKERS, new Blocking(), new Other());
	}

	@AfterEach
	void stop() {
		GO_ON[0].countDown();
		this.harness.close();
	}

	/** How a worker is blocked. */
	enum Way {

		/** Calls over connections. */
		CONNECTION {
			@Override
			Runnable block(ActorHarness harness, Identity identity, String key) {
				RecordedOutbound client = harness.connect(Blocking.class, key, null, identity);
				return () -> {
					// the short one first: the worker that has it would go on with the
					// next
					for (String action : new String[] { "quick", "block" }) {
						harness.directory()
							.deliver(ActorHarness.address(Blocking.class, key), client.connectionId(),
									harness.request(1, action));
					}
				};
			}
		},

		/** Calls over HTTP. */
		CALL {
			@Override
			Runnable block(ActorHarness harness, Identity identity, String key) {
				return () -> harness.directory()
					.call(ActorHarness.target(Blocking.class, key), ConnectRequest.stateless(null, identity),
							harness.request(0, "block"))
					.subscribe(null, (ex) -> {
					});
			}
		},

		/** A hook that is called outside turns. */
		CONNECT {
			@Override
			Runnable block(ActorHarness harness, Identity identity, String key) {
				return () -> harness.directory()
					.call(ActorHarness.target(Blocking.class, key),
							ConnectRequest.stateless(harness.mapper().toTree(true), identity),
							harness.request(0, "quick"))
					.subscribe(null, (ex) -> {
					});
			}
		};

		/** Returns what blocks one, once all are ready. */
		abstract Runnable block(ActorHarness harness, Identity identity, String key);

	}

	@ParameterizedTest
	@EnumSource
	void anAddressLeavesWorkersForOtherClients(Way way) throws Exception {
		leavesWorkers(way, identity(null, "198.51.100.7"), identity(null, "198.51.100.8"));
	}

	@ParameterizedTest
	@EnumSource
	void aUserLeavesWorkersForOtherClients(Way way) throws Exception {
		leavesWorkers(way, identity("mallory", "127.0.0.1"), identity("ada", "127.0.0.1"));
	}

	private void block(Way way, Identity attacker) {
		IntStream.range(0, 3 * WORKERS)
			.mapToObj((number) -> way.block(this.harness, attacker, "k" + number))
			.toList()
			.forEach(Runnable::run);
	}

	private void leavesWorkers(Way way, Identity attacker, Identity other) {
		block(way, attacker);
		awaitBlocked(WORKERS / 2);
		for (int i = 0; i < 20; i++) {
			assertThat(callAs(other, Blocking.class, "other" + i)).isEqualTo("quick");
		}
		assertThat(blocked).hasValue(WORKERS / 2);
		awaitAll();
	}

	/** Callers that have no share, as on loopback: the actor has one. */
	@ParameterizedTest
	@EnumSource
	void anActorLeavesWorkersForOthers(Way way) {
		block(way, Identity.ANONYMOUS);
		awaitBlocked(WORKERS / 4 * 3);
		for (int i = 0; i < 20; i++) {
			assertThat(callAs(Identity.ANONYMOUS, Other.class, "other" + i)).isEqualTo("quick");
		}
		awaitAll();
	}

	/** What was held runs, too. */
	private void awaitAll() {
		GO_ON[0].countDown();
		Awaitility.await().atMost(ActorHarness.PATIENCE).until(() -> blocked.get() == 3 * WORKERS);
	}

	private static void awaitBlocked(int count) {
		Awaitility.await().atMost(ActorHarness.PATIENCE).until(() -> blocked.get() == count);
		Awaitility.await()
			.during(Duration.ofMillis(100))
			.atMost(ActorHarness.PATIENCE)
			.until(() -> blocked.get() == count);
	}

	private String callAs(Identity identity, Class<?> actor, String key) {
		return this.harness.directory()
			.call(ActorHarness.target(actor, key), ConnectRequest.stateless(null, identity),
					this.harness.request(0, "quick"))
			.block(ActorHarness.PATIENCE)
			.asString();
	}

	private static Identity identity(@Nullable String user, String address) throws UnknownHostException {
		return new Identity((user != null) ? () -> user : null, user, null, InetAddress.getByName(address));
	}

	static class Blocking {

		@OnBeforeConnect
		void before(@ConnParams @Nullable Boolean blocks) {
			if (Boolean.TRUE.equals(blocks)) {
				block();
			}
		}

		@Action
		String quick() {
			return "quick";
		}

		@Action
		String block() {
			blocked.incrementAndGet();
			try {
				GO_ON[0].await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			return "blocked";
		}

	}

	static class Other {

		@Action
		String quick() {
			return "quick";
		}

	}

}

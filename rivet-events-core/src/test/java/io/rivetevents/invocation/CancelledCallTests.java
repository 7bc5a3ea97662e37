/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.annotation.Action;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A call that its client cancels before the method begins is not run, and leaves nothing
 * to the next.
 */
class CancelledCallTests {

	private static final ActorAddress ROOM = ActorHarness.address(Room.class, "k");

	private final Room room = new Room();

	private final Holding holding = new Holding();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new MemoryActorStateStore(),
			new ActorHarness.Neighbours(List.of(this.holding), List.of(), ActorObserver.NONE), this.room);

	@AfterEach
	void close() {
		this.holding.release();
		this.harness.close();
	}

	@ParameterizedTest
	@CsvSource({ "blocks,", "blocks,k1", "waits,", "waits,k1" })
	void isNotRunIfAnInterceptorHeldItMeanwhile(String how, @Nullable String key) throws InterruptedException {
		RecordedOutbound client = this.harness.connectExtended(Room.class, "k");
		this.holding.blocks = how.equals("blocks");
		deliver(client, touch(1, key));
		assertThat(this.holding.entered.await(5, TimeUnit.SECONDS)).isTrue();
		deliver(client, touch(2, null));
		deliver(client, new ToServer.Cancel(1));
		this.holding.release();
		Awaitility.await().until(() -> !client.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(client.messages(ToClient.Error.class)).singleElement()
			.extracting(ToClient.Error::actionId, ToClient.Error::code)
			.containsExactly(1L, "cancelled");
		assertThat(client.messages(ToClient.ActionResponse.class)).singleElement()
			.extracting(ToClient.ActionResponse::id)
			.isEqualTo(2L);
		assertThat(this.room.runs).hasValue(1);
		assertThat(this.holding.interrupted).containsExactly(false, false);
	}

	@ParameterizedTest
	@CsvSource({ "blocks", "waits" })
	void isRunWhenItIsMadeAgainWithItsKey(String how) throws InterruptedException {
		RecordedOutbound client = this.harness.connectExtended(Room.class, "k");
		this.holding.blocks = how.equals("blocks");
		deliver(client, touch(1, "k1"));
		assertThat(this.holding.entered.await(5, TimeUnit.SECONDS)).isTrue();
		deliver(client, new ToServer.Cancel(1));
		this.holding.release();
		Awaitility.await().until(() -> !client.messages(ToClient.Error.class).isEmpty());
		deliver(client, touch(2, "k1"));
		Awaitility.await().until(() -> !client.messages(ToClient.ActionResponse.class).isEmpty());
		assertThat(this.room.runs).hasValue(1);
	}

	private ToServer.ActionRequest touch(long id, @Nullable String key) {
		return new ToServer.ActionRequest(id, "touch", List.of(), new ToServer.CallOptions(false, null, key));
	}

	private void deliver(RecordedOutbound client, ToServer message) {
		this.harness.directory().deliver(ROOM, client.connectionId(), message);
	}

	static class Room {

		private final AtomicInteger runs = new AtomicInteger();

		@Action
		int touch() {
			return this.runs.incrementAndGet();
		}

	}

	/** Blocks the first action until the latch opens. */
	private static final class Holding implements InboundInterceptor {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CompletableFuture<Void> released = new CompletableFuture<>();

		private final Queue<Boolean> interrupted = new ConcurrentLinkedQueue<>();

		private volatile boolean blocks;

		void release() {
			this.released.complete(null);
		}

		@Override
		public Mono<?> intercept(Inbound inbound, Next next) {
			if (inbound.kind() != Inbound.Kind.ACTION) {
				return next.proceed(inbound);
			}
			this.interrupted.add(Thread.currentThread().isInterrupted());
			this.entered.countDown();
			if (this.blocks) {
				this.released.join();
			}
			return Mono.fromFuture(this.released).then(next.proceed(inbound));
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances that sleep with open connections and whose clients move to another node, on
 * one thread and with a time of their own.
 */
class SleepingMovesTests {

	private static final ActorAddress K = ActorHarness.address(Room.class, "k");

	private static final CloseReason RESTARTING = CloseReason.of(ErrorCode.RESTARTING);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final Room room = new Room();

	private final OtherNode other = new OtherNode();

	private final Closings closings = new Closings();

	private final ActorHarness harness = ActorHarness.withClock(this.timers, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
			this.store, new ActorHarness.Neighbours(List.of(), List.of(), this.closings), this.other, this.room);

	@AfterEach
	void close() {
		this.timers.dispose();
	}

	private RecordedOutbound connect(String name) {
		return this.harness.connect(Room.class, "k", name);
	}

	private void sleep() {
		this.harness.call(Room.class, "k", "sleepNow");
		assertThat(this.harness.node().size()).isZero();
	}

	private StoredActor row() {
		return Objects.requireNonNull(this.store.load(K));
	}

	private @Nullable HandOver release() {
		return this.harness.node().release(K).block(ActorHarness.PATIENCE);
	}

	@Test
	void anObserverOfAMovedConnectionUsesItsActor() {
		connect("ada");
		sleep();
		this.closings.then = () -> this.harness.call(Room.class, "k", "size");
		release();
		assertThat(this.closings.failures).isEmpty();
		assertThat(this.closings.count).isOne();
	}

	@Test
	void anObserverOfAConnectionThatIsClosedInItsSleepUsesItsActor() {
		connect("ada");
		sleep();
		this.closings.then = () -> this.harness.call(Room.class, "k", "size");
		this.harness.node().releaseIf((address) -> true).block(ActorHarness.PATIENCE);
		assertThat(this.closings.failures).isEmpty();
		assertThat(this.closings.count).isOne();
	}

	@Test
	void aClientThatCannotMoveIsClosedAndTheOthersMove() {
		RecordedOutbound ada = connect("ada");
		RecordedOutbound bob = connect("bob");
		RecordedOutbound eve = connect("eve");
		List<String> moved = new ArrayList<>();
		this.harness.node().moveClients((connection, address, actorId, position) -> {
			if (connection.id().equals(ada.connectionId())) {
				throw new IllegalStateException("no link");
			}
			return new Moving(() -> {
				if (connection.id().equals(bob.connectionId())) {
					throw new IllegalStateException("no end");
				}
				moved.add(connection.id());
			});
		});
		sleep();
		assertThat(release()).isNotNull();
		assertThat(moved).containsExactly(eve.connectionId());
		assertThat(ada.closed()).containsExactly(RESTARTING);
		assertThat(bob.closed()).containsExactly(RESTARTING);
		assertThat(eve.closed()).isEmpty();
		assertThat(this.closings.count).isEqualTo(3);
		assertThat(this.harness.connections().members().find(ada.connectionId())).isNull();
	}

	@Actor(hibernate = true)
	static class Room {

		private Consumer<ActorContext<?, ?>> whileFallingAsleep = (c) -> {
		};

		private int disconnected;

		@OnSleep
		void onSleep(ActorContext<?, ?> c) {
			this.whileFallingAsleep.accept(c);
		}

		@OnDisconnect
		void onDisconnect() {
			this.disconnected++;
		}

		@Action
		void sleepNow(ActorContext<?, ?> c) {
			c.sleep();
		}

		@Action
		int size(ActorContext<?, ?> c) {
			return c.conns().size();
		}

	}

	// What the next node continues with

	@Test
	void keepsWhatAnInstancePassesOnThatBelongsElsewhereOnceItSleeps() {
		RecordedOutbound ada = connect("ada");
		long generation = row().generation();
		this.room.whileFallingAsleep = (c) -> this.other.owner = true;
		this.harness.node().moveClients((connection, address, actorId, position) -> {
			assertThat(this.other.kept).hasSize(1); // the client causes the request
			return new Moving(() -> {
			});
		});
		sleep();
		assertThat(this.other.kept).singleElement().returns(generation, HandOver::generation);
		assertThat(ada.closed()).isEmpty();
		assertThat(this.harness.node().holds(K)).isFalse();
	}

	@Test
	void keepsWhatAnInstancePassesOnThatCannotWakeHere() {
		RecordedOutbound ada = connect("ada");
		sleep();
		this.other.owner = true;
		this.harness.directory().deliver(K, ada.connectionId(), this.harness.request(1, "size"));
		assertThat(this.other.kept).singleElement().returns(row().generation(), HandOver::generation);
		assertThat(ada.closed()).containsExactly(RESTARTING);
		assertThat(this.harness.node().holds(K)).isFalse();
	}

	// Ids

	@Test
	void forgetsTheIdOfAnInstanceThatMovesOrClosesInItsSleep() {
		connect("ada");
		sleep();
		String id = row().actorId();
		assertThat(this.harness.node().instances().findAddress(id)).isEqualTo(K);
		release();
		assertThat(this.harness.node().instances().findAddress(id)).isNull();
		connect("bob");
		sleep();
		assertThat(this.harness.node().instances().findAddress(id)).isEqualTo(K);
		this.harness.node().releaseIf((address) -> true).block(ActorHarness.PATIENCE);
		assertThat(this.harness.node().instances().findAddress(id)).isNull();
	}

	@Test
	void forgetsTheIdOfAnInstanceThatCannotWakeHere() {
		RecordedOutbound ada = connect("ada");
		sleep();
		this.other.owner = true;
		this.harness.directory().deliver(K, ada.connectionId(), this.harness.request(1, "size"));
		assertThat(this.harness.node().instances().findAddress(row().actorId())).isNull();
	}

	// Ends that meet

	@Test
	void anInstanceThatIsDestroyedDuringItsReleaseDisconnectsItsClients() {
		connect("ada");
		this.room.whileFallingAsleep = ActorContext::destroy;
		assertThat(release()).isNull();
		assertThat(this.room.disconnected).isOne();
		assertThat(this.store.load(K)).isNull();
	}

	/** A client that is moving. */
	private record Moving(Runnable ended) implements MovedClient {

		@Override
		public void giveBack(ToServer message) {
		}

		@Override
		public void end(CloseReason reason) {
			this.ended.run();
		}

	}

	/** Uses an actor when a connection has ended. */
	private static final class Closings implements ActorObserver {

		private final List<RuntimeException> failures = new ArrayList<>();

		private int count;

		private Runnable then = () -> {
		};

		@Override
		public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
			this.count++;
			try {
				this.then.run();
			}
			catch (RuntimeException ex) {
				this.failures.add(ex);
			}
		}

	}

	/** Another node, which owns nothing at first. */
	private static final class OtherNode implements Ownership {

		private final List<HandOver> kept = new ArrayList<>();

		private boolean owner;

		@Override
		public String node() {
			return "here";
		}

		@Override
		public boolean owns(ActorAddress address) {
			return !this.owner;
		}

		@Override
		public Mono<Boolean> take(StoredActor stored) {
			return this.owner ? Mono.error(new RivetException(ErrorCode.RESTARTING)) : NOT_RELEASED;
		}

		@Override
		public void keep(ActorAddress address, HandOver handOver) {
			this.kept.add(handOver);
		}

		@Override
		public void fenced(ActorAddress address) {
		}

	}

}

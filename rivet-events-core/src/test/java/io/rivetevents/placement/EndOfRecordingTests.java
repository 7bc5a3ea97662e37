/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.stream.ActorConnections;
import io.rivetevents.annotation.Action;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.outbound.QueueListener;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A recording of deliveries that ends while a connection is added.
 */
class EndOfRecordingTests {

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room());

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void isAlsoThatOfAConnectionThatIsBeingAdded() throws InterruptedException {
		this.harness.call(Room.class, "k", "open");
		ActorConnections connections = Objects
			.requireNonNull(this.harness.node().instances().find(ActorHarness.address(Room.class, "k")))
			.connections();
		connections.record(new DeliveryRecorder(InstantSource.system()));
		Thread end = new Thread(() -> connections.record(null));
		Queue queue = new Queue(end);
		ConnectRequest request = this.harness.extended();
		this.harness.connect(Room.class, "k", request, queue);
		end.join();
		assertThat(connections.isRecorded()).isFalse();
		assertThat(queue.listener).isNull();
	}

	/** Lets another thread run while its recording begins. */
	private static final class Queue implements Outbound {

		private final Thread other;

		private volatile @Nullable QueueListener listener;

		Queue(Thread other) {
			this.other = other;
		}

		@Override
		public void observe(@Nullable QueueListener listener) {
			if (listener != null) {
				this.other.start();
				Awaitility.await()
					.until(this.other::getState, Set.of(Thread.State.BLOCKED, Thread.State.TERMINATED)::contains);
			}
			this.listener = listener;
		}

		@Override
		public Outcome send(OutgoingMessage message) {
			return Outcome.QUEUED;
		}

		@Override
		public void close(CloseReason reason) {
		}

	}

	static final class Room {

		@Action
		String open() {
			return "";
		}

	}

}

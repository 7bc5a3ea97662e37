/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

import com.sun.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.connection.Receipt;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.ConnectionScope;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.delivery.TargetServices;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.CallerScope;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a broadcast costs, counted rather than timed.
 */
class FanOutGuardTests {

	private static final OutboundQueue.Limits LIMITS = new OutboundQueue.Limits(1_000_000, 60_000);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final WakeupBatches bursts = new WakeupBatches(this.timers);

	private final ConnectionIndex index = new ConnectionIndex();

	private final ConnectionScope owner = owner();

	private final List<TestWire> wires = new ArrayList<>();

	@AfterEach
	void close() {
		this.wires.forEach(TestWire::close);
		this.timers.dispose();
	}

	@Test
	void encodesOnceForEachEncoding() {
		List<OutboundQueue> queues = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			queues.add(queue(Encoding.JSON));
			queues.add(queue(Encoding.BARE));
		}
		assertThat(broadcast(0)).isEqualTo(new Receipt.Done(100, 100));
		Set<byte[]> json = Collections.newSetFromMap(new IdentityHashMap<>());
		Set<byte[]> bare = Collections.newSetFromMap(new IdentityHashMap<>());
		for (OutboundQueue queue : queues) {
			assertThat(queue.drainTo((queue.encoding() == Encoding.JSON) ? json : bare, 10_000)).isOne();
		}
		assertThat(json).hasSize(1);
		assertThat(bare).hasSize(1);
	}

	/**
	 * For each delivery the queue keeps an item with a header, the bytes and three
	 * references, 32 bytes; measured are 33. All else (the event, its encoded bytes, the
	 * iterator) comes once for each broadcast.
	 */
	@Test
	void allocatesLittleForEachDelivery() {
		List<OutboundQueue> queues = new ArrayList<>();
		for (int i = 0; i < 1_000; i++) {
			queues.add(queue(Encoding.JSON));
		}
		broadcastAndDrain(queues, 100); // loads classes
		long before = allocatedBytes();
		broadcastAndDrain(queues, 200);
		long perDelivery = (allocatedBytes() - before) / (200 * 1_000);
		assertThat(perDelivery).isBetween(1L, 48L);
	}

	/** What 64 actions in a row say goes out in one piece. */
	@Test
	void flushesOnceForEachConnectionAndBurst() {
		ChannelWriters outlets = new ChannelWriters(Limits.defaults());
		for (int i = 0; i < 10; i++) {
			TestWire wire = new TestWire();
			this.wires.add(wire);
			ChannelWriter outlet = new ChannelWriter(wire.codec(), TestWire.LINES, Encoding.JSON, LIMITS, outlets,
					(reason, lastWord) -> {
					});
			connect(wire.connect(outlet).queue());
		}
		for (int burst = 1; burst <= 3; burst++) {
			this.bursts.run(() -> {
				for (int action = 0; action < 64; action++) {
					this.bursts.run(() -> broadcast(1));
					this.wires.forEach(TestWire::run); // it could write if it were woken
				}
			});
			this.wires.forEach(TestWire::run);
			int soFar = burst;
			assertThat(this.wires).allSatisfy((wire) -> {
				assertThat(wire.flushes()).isEqualTo(soFar);
				assertThat(wire.written()).hasSize(soFar);
				assertThat(wire.sent()).hasSize(soFar * 64);
			});
		}
	}

	private void broadcastAndDrain(List<OutboundQueue> queues, int times) {
		Collection<byte[]> drained = new ArrayList<>(10);
		for (int i = 0; i < times; i++) {
			broadcast(i);
			for (OutboundQueue queue : queues) {
				drained.clear();
				queue.drainTo(drained, 10_000);
			}
		}
	}

	private Receipt broadcast(int number) {
		return this.index.dispatch(new AddressedEvent(Selection.ALL, true, "said",
				List.of(JsonNodeFactory.instance.numberNode(number)), Set.of(), false));
	}

	private OutboundQueue queue(Encoding encoding) {
		OutboundQueue queue = new OutboundQueue(encoding, LIMITS, (waiting) -> {
		});
		connect(queue);
		return queue;
	}

	private void connect(OutboundQueue queue) {
		ActorConnection connection = new ActorConnection(ConnectRequest.stateful(null, Identity.ANONYMOUS), queue,
				this.owner, null);
		connection.subscribe("said", Set.of());
		this.index.add(connection);
	}

	private ConnectionScope owner() {
		ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());
		return new ConnectionScope("chat", ActorKey.EMPTY, false, this.index,
				new ConnectionServices(new TargetServices(mapper, new EventContracts(mapper)), List.of(),
						Observers.NONE, this.timers, Schedulers.immediate(), this.bursts, Limits.defaults(),
						CallerScope.NONE));
	}

	private static long allocatedBytes() {
		return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Events for instances that other nodes may still have.
 */
class ArrivingInstancesTests {

	private static final ActorAddress ROOM = ActorAddress.of("room", "k");

	private static final ActorAddress OTHER = ActorAddress.of("room", "other");

	private static final Duration LONGEST = Duration.ofSeconds(20);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final List<String> told = new ArrayList<>();

	private boolean expected = true;

	private boolean awake;

	private Mono<Void> woken = restarting();

	private final ArrivingInstances instances = new ArrivingInstances(() -> this.expected, (address) -> this.awake,
			(address) -> address.equals(ROOM) ? this.woken : Mono.empty(), LONGEST, this.timers);

	@AfterEach
	void close() {
		this.timers.dispose();
	}

	private static Mono<Void> restarting() {
		return Mono.error(new RivetException(ErrorCode.RESTARTING));
	}

	private void send(String event) {
		send(ROOM, event);
	}

	private void send(ActorAddress address, String event) {
		this.instances.await(address).subscribe((none) -> {
		}, (ex) -> this.told.add(event + " failed: " + ((RivetException) ex).code()), () -> this.told.add(event));
	}

	@Test
	void waitForAsLongAsTheInstanceIsBusyElsewhere() {
		send("one");
		this.timers.advanceTimeBy(LONGEST.minusSeconds(1));
		send("two");
		send(OTHER, "of another");
		assertThat(this.told).containsExactly("of another");
		this.woken = Mono.empty();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.told).containsExactly("of another", "one", "two");
	}

	@Test
	void failInTheEnd() {
		send("one");
		send("two");
		this.timers.advanceTimeBy(LONGEST.plusSeconds(1));
		assertThat(this.told).containsExactly("one failed: restarting", "two failed: restarting");
		send("three");
		this.woken = Mono.empty();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.told).endsWith("three").hasSize(3);
	}

	@Test
	void failInTheEndThoughAnAttemptHasNotEnded() {
		this.woken = Mono.never();
		send("one");
		this.timers.advanceTimeBy(LONGEST.minusSeconds(1));
		assertThat(this.told).isEmpty();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.told).containsExactly("one failed: restarting");
	}

	@Test
	void failAtOnceForAnyOtherReason() {
		this.woken = Mono.error(new RivetException(ErrorCode.STATE_UNAVAILABLE));
		send("one");
		assertThat(this.told).containsExactly("one failed: unavailable");
	}

	@Test
	void areSentAtOnceIfThereIsNoInstance() {
		this.woken = Mono.error(new RivetException(ErrorCode.ACTOR_NOT_FOUND));
		send("one");
		assertThat(this.told).containsExactly("one");
	}

	/** Another instance is still busy at another node. */
	@Test
	void areSentAtOnceIfTheInstanceIsAwake() {
		this.awake = true;
		assertThat(this.instances.isExpected(ROOM)).isFalse();
		send("one");
		assertThat(this.told).containsExactly("one");
	}

	/** The instance has woken, and the first event is about to be sent. */
	@Test
	void doNotOvertakeThoseOfAnInstanceThatWakes() {
		send("one");
		this.awake = true;
		send("two");
		assertThat(this.told).isEmpty();
		this.woken = Mono.empty();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.told).containsExactly("one", "two");
	}

	/** The last node has reported the end of its moves while an event waits. */
	@Test
	void doNotOvertakeThoseThatWait() {
		send("one");
		this.expected = false;
		send("two");
		assertThat(this.told).isEmpty();
		this.woken = Mono.empty();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		send("three");
		assertThat(this.told).containsExactly("one", "two", "three");
		assertThat(this.instances.isExpected(ROOM)).isFalse();
	}

	@Test
	void keepTheirOrderWhenOneIsSentByAnother() {
		this.instances.await(ROOM).subscribe(null, null, () -> {
			send("three");
			this.told.add("one");
		});
		send("two");
		this.woken = Mono.empty();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(this.told).containsExactly("one", "two", "three");
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.engine.ClusterView;

import static org.assertj.core.api.Assertions.assertThat;

class MembershipTests {

	private static final ActorAddress ROOM = ActorAddress.of("room", "general");

	private static final Duration TIMEOUT = Duration.ofSeconds(30);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final Membership membership = new Membership("a", SmallerPart.WAIT, TIMEOUT, this.timers);

	private long number;

	@Test
	void knowsNoOwnerBeforeTheFirstView() {
		assertThat(this.membership.owner(ROOM)).isNull();
		assertThat(this.membership.owns(ROOM)).isFalse();
		assertThat(this.membership.isWaiting()).isFalse();
		assertThat(this.membership.view()).isZero();
	}

	@Test
	void ownsEverythingAlone() {
		see("a");
		assertThat(this.membership.owns(ROOM)).isTrue();
		assertThat(this.membership.nodes()).containsExactly("a");
		assertThat(this.membership.view()).isEqualTo(1);
	}

	@Test
	void hasOneOwnerWithOthers() {
		see("a", "b", "c");
		Membership other = new Membership("b");
		other.apply(new ClusterView(1, List.of("c", "b", "a"), Set.of()));
		assertThat(other.owner(ROOM)).isNotNull().isEqualTo(this.membership.owner(ROOM));
		assertThat(this.membership.contains("b")).isTrue();
		assertThat(this.membership.contains("d")).isFalse();
	}

	@Test
	void countsTheSlotsOfEachNode() {
		assertThat(this.membership.slots()).isEmpty();
		see("a", "b", "c");
		assertThat(this.membership.slots()).containsOnlyKeys("a", "b", "c");
		assertThat(this.membership.slots().values()).allMatch((slots) -> slots > Placement.SLOTS / 5);
		assertThat(this.membership.slots().values().stream().mapToInt(Integer::intValue).sum())
			.isEqualTo(Placement.SLOTS);
		this.membership.leave("c");
		assertThat(this.membership.slots()).containsEntry("c", 0);
	}

	@Test
	void signalsEachChange() {
		Mono<Void> first = this.membership.changed();
		see("a", "b");
		StepVerifier.create(first).expectComplete().verify(TIMEOUT);
		Mono<Void> second = this.membership.changed();
		StepVerifier.create(second)
			.expectSubscription()
			.then(() -> see("a", "b", "c"))
			.expectComplete()
			.verify(TIMEOUT);
		StepVerifier.create(second).expectComplete().verify(TIMEOUT);
	}

	@Test
	void leavesNothingToANodeThatStops() {
		see("a", "b");
		Mono<Void> changed = this.membership.changed();
		this.membership.leave("b");
		StepVerifier.create(changed).expectComplete().verify(TIMEOUT);
		assertThat(this.membership.contains("b")).isTrue();
		assertThat(rooms(100)).allMatch((room) -> "a".equals(this.membership.owner(room)));
		see("a", "b", "c");
		assertThat(rooms(100)).noneMatch((room) -> "b".equals(this.membership.owner(room)))
			.anyMatch((room) -> "c".equals(this.membership.owner(room)));
		this.membership.leave("d");
		assertThat(rooms(100)).anyMatch(this.membership::owns);
	}

	@Test
	void ownsUntilTheEndIfAllNodesStop() {
		see("a", "b");
		this.membership.leave("b");
		this.membership.leave("a");
		assertThat(rooms(100)).allMatch((room) -> this.membership.owner(room) != null);
	}

	private static List<ActorAddress> rooms(int count) {
		return IntStream.range(0, count).mapToObj((i) -> ActorAddress.of("room", "k" + i)).toList();
	}

	@Test
	void countsMeetingsAfterWhichCopiesMayBeOld() {
		see("a", "b", "c");
		assertThat(this.membership.merges()).isZero();
		see(Set.of("c"), "a", "b");
		see("a", "b", "d"); // a new one
		assertThat(this.membership.merges()).isZero();
		see("a", "d");
		see("a", "b", "d"); // it was lost
		assertThat(this.membership.merges()).isOne();
		this.membership.apply(new ClusterView(++this.number, List.of("a", "b", "d", "e"), Set.of(), true));
		assertThat(this.membership.merges()).isEqualTo(2);
		this.membership.met("d", true);
		assertThat(this.membership.merges()).isEqualTo(3);
	}

	// The smaller part

	@Test
	void waitsInTheSmallerPartUntilANodeJoins() {
		see("a", "b", "c");
		Mono<Void> changed = this.membership.changed();
		see("a");
		expectWaiting();
		StepVerifier.create(changed).expectComplete().verify(TIMEOUT);
		see("a", "d");
		expectOwner();
		this.timers.advanceTimeBy(TIMEOUT);
		expectOwner();
	}

	@Test
	void goesOnWhenTheWaitHasTakenTooLong() {
		see("a", "b", "c");
		see("a");
		this.timers.advanceTimeBy(TIMEOUT.minusMillis(1));
		expectWaiting();
		Mono<Void> changed = this.membership.changed();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		expectOwner();
		StepVerifier.create(changed).expectComplete().verify(TIMEOUT);
		assertThat(this.membership.owns(ROOM)).isTrue();
	}

	@Test
	void aWaitBeginsAnewAfterItsEnd() {
		see("a", "b", "c");
		see("a");
		this.timers.advanceTimeBy(TIMEOUT.minusSeconds(1));
		see("a", "b", "c");
		see("a");
		this.timers.advanceTimeBy(TIMEOUT.minusSeconds(1));
		expectWaiting();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		expectOwner();
	}

	@Test
	void anEvenSplitGoesOn() {
		see("a", "b");
		see("a");
		expectOwner();
		see("a", "b", "c", "d");
		see("a", "d");
		expectOwner();
	}

	@Test
	void theLargerPartGoesOn() {
		see("a", "b", "c", "d", "e");
		see("a", "b", "c");
		expectOwner();
	}

	@Test
	void nodesThatSaidGoodbyeDoNotCount() {
		see("a", "b", "c", "d");
		see(Set.of("b", "c"), "a", "d");
		see("a"); // one of the two that were left
		expectOwner();
		see("a", "b", "c", "d");
		see(Set.of("b", "c", "d"), "a");
		expectOwner();
	}

	@Test
	void lossesThatAreNoticedOneByOneCountTogether() {
		see("a", "b", "c", "d", "e");
		see("a", "b", "c", "d");
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		see("a", "b", "c");
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		expectOwner();
		see("a", "b");
		expectWaiting();
		see("a");
		expectWaiting();
	}

	@Test
	void lossesFarApartCountAlone() {
		see("a", "b", "c");
		see("a", "b");
		this.timers.advanceTimeBy(Duration.ofSeconds(6));
		see("a");
		expectOwner();
	}

	@Test
	void aLossCountsAloneAfterANodeHasJoined() {
		see("a", "b", "c");
		see("a", "b");
		see("a", "b", "d");
		see("a", "b");
		expectOwner();
	}

	@Test
	void goesOnByItsRule() {
		Membership rash = new Membership("a", SmallerPart.GO_ON, TIMEOUT, this.timers);
		rash.apply(new ClusterView(1, List.of("a", "b", "c"), Set.of()));
		rash.apply(new ClusterView(2, List.of("a"), Set.of()));
		assertThat(rash.owns(ROOM)).isTrue();
	}

	// Nodes that meet again

	@Test
	void countsEachReturnOfNodesOnce() {
		see("a", "b", "c");
		see(Set.of("c"), "a");
		see("a", "b");
		assertThat(this.membership.merges()).isEqualTo(1);
		see("a");
		this.membership.apply(new ClusterView(++this.number, List.of("a", "b"), Set.of(), true));
		assertThat(this.membership.merges()).isEqualTo(2);
		see("a", "b", "c");
		see(Set.of("c"), "a", "b");
		assertThat(this.membership.merges()).isEqualTo(2);
	}

	// Instances that other nodes still have

	@Test
	void expectsInstancesOfTheNodesThatItJoins() {
		see("a", "b", "c");
		assertThat(this.membership.expectsInstances()).isTrue();
		this.membership.moved("b", this.number);
		assertThat(this.membership.expectsInstances()).isTrue();
		this.membership.moved("c", this.number - 1); // of the view before
		assertThat(this.membership.expectsInstances()).isTrue();
		this.membership.moved("c", this.number);
		assertThat(this.membership.expectsInstances()).isFalse();
	}

	@Test
	void expectsInstancesOfANodeThatStopsForAsLongAsItNeeds() {
		see("a", "b");
		this.membership.moved("b", this.number);
		this.membership.leave("b");
		this.timers.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.membership.expectsInstances()).isTrue();
		this.membership.moved("b", this.number);
		assertThat(this.membership.expectsInstances()).isFalse();
	}

	@Test
	void expectsNothingOfItselfAndOfNodesThatHaveLeft() {
		see("a");
		assertThat(this.membership.expectsInstances()).isFalse();
		see("a", "b");
		assertThat(this.membership.expectsInstances()).isTrue();
		this.membership.leave("a");
		see("a");
		assertThat(this.membership.expectsInstances()).isFalse();
	}

	@Test
	void expectsInstancesOfAnOlderNodeForSomeTime() {
		see("a", "b");
		this.membership.met("b", false);
		this.timers.advanceTimeBy(IncomingMoves.UNREPORTED.minusNanos(1));
		assertThat(this.membership.expectsInstances()).isTrue();
		this.timers.advanceTimeBy(Duration.ofNanos(1));
		assertThat(this.membership.expectsInstances()).isFalse();
	}

	private void expectWaiting() {
		assertThat(this.membership.isWaiting()).isTrue();
		assertThat(this.membership.owner(ROOM)).isNull();
	}

	private void expectOwner() {
		assertThat(this.membership.isWaiting()).isFalse();
		assertThat(this.membership.owner(ROOM)).isIn(this.membership.nodes());
	}

	private void see(String... nodes) {
		see(Set.of(), nodes);
	}

	private void see(Set<String> departed, String... nodes) {
		this.membership.apply(new ClusterView(++this.number, List.of(nodes), departed));
	}

}

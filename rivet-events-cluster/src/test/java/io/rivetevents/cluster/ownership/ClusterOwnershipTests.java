/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.cluster.LogLines;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Node a, in virtual time, and what it asks of the others.
 */
class ClusterOwnershipTests {

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final Membership membership = new Membership("a");

	private final List<String> asked = new ArrayList<>();

	private Supplier<Mono<Result>> answer = Mono::never;

	private final ClusterOwnership ownership = new ClusterOwnership(this.membership, this::ask, this.timers,
			Duration.ZERO);

	private long number;

	private Mono<Result> ask(String node, Operation operation) {
		assertThat(operation).isEqualTo(new Operation.Release(mine()));
		this.asked.add(node);
		return this.answer.get();
	}

	@Test
	void takesWhatNoOtherNodeHas() {
		see("a", "b");
		assertThat(take(mine(), null).result).isFalse();
		assertThat(take(mine(), "a").result).isFalse();
		assertThat(take(mine(), "gone").result).isFalse();
		assertThat(this.asked).isEmpty();
		assertThat(this.ownership.node()).isEqualTo("a");
	}

	@Test
	void takesNothingThatBelongsOnAnotherNode() {
		see("a", "b");
		take(ofB(), null).expectRestarting();
		take(ofB(), "a").expectRestarting();
		take(ofB(), "b").expectRestarting();
		take(ofB(), "gone").expectRestarting();
		assertThat(this.asked).isEmpty();
		assertThat(this.ownership.owns(ofB())).isFalse();
		assertThat(this.ownership.owns(mine())).isTrue();
	}

	@Test
	void takesWhatAnotherNodeHasReleased() {
		see("a", "b");
		Sinks.One<Result> answer = Sinks.one();
		this.answer = answer::asMono;
		Taking taking = take(mine(), "b");
		assertThat(taking.result).isNull();
		answer.tryEmitValue(new Result.Done());
		assertThat(taking.result).isTrue();
		assertThat(this.asked).containsExactly("b");
	}

	@Test
	void asksAgainWhileTheOtherNodeRefuses() {
		see("a", "b");
		List<Mono<Result>> answers = new ArrayList<>(List.of(Mono.just(refusal()),
				Mono.error(new RivetException(ErrorCode.RESTARTING)), Mono.empty(), Mono.just(new Result.Done())));
		this.answer = () -> answers.remove(0);
		Taking taking = take(mine(), "b");
		this.timers.advanceTimeBy(Duration.ofMillis(299));
		assertThat(taking.result).isNull();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(taking.result).isTrue();
		assertThat(this.asked).hasSize(4);
	}

	@Test
	void asksAgainAtOnceInANewView() {
		see("a", "b");
		List<Result> answers = new ArrayList<>(List.of(refusal(), new Result.Done()));
		this.answer = () -> Mono.just(answers.remove(0));
		Taking taking = take(mine(), "b");
		see("b", "a");
		assertThat(taking.result).isTrue();
	}

	@Test
	void givesUpWhenTheOtherNodeKeepsTheInstanceTooLong() {
		see("a", "b");
		this.answer = () -> Mono.just(refusal());
		Taking taking = take(mine(), "b");
		this.timers.advanceTimeBy(Duration.ofMillis(4999));
		assertThat(taking.failure).isNull();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		taking.expectRestarting();
	}

	@Test
	void givesUpWhenTheOtherNodeDoesNotAnswer() {
		see("a", "b");
		Taking taking = take(mine(), "b");
		this.timers.advanceTimeBy(Duration.ofSeconds(5));
		taking.expectRestarting();
	}

	@Test
	void loadsAgainWhatANodeMayHaveSavedBeforeItLeft() {
		see("a", "b");
		this.answer = () -> Mono.just(refusal());
		Taking taking = take(mine(), "b");
		see("a");
		assertThat(taking.result).isTrue();
	}

	@Test
	void givesUpWhenTheInstanceNoLongerBelongsHere() {
		see("a", "b");
		this.answer = () -> Mono.just(refusal());
		ActorAddress mine = mine();
		Taking taking = take(mine, "b");
		for (int i = 0; this.membership.owns(mine); i++) {
			see("a", "b", "c" + i);
		}
		taking.expectRestarting();
	}

	// Fenced

	@Test
	void takesAFencedInstanceOnlyInANewView() {
		see("a", "b");
		this.ownership.fenced(mine());
		take(mine(), "gone").expectRestarting();
		assertThat(take(mine(), null).result).isFalse();
		see("b", "a");
		assertThat(take(mine(), "gone").result).isFalse();
	}

	@Test
	void reportsANodeThatSavesAndIsNotConnected() {
		see("a", "b");
		try (LogLines log = new LogLines(ClusterOwnership.class)) {
			take(mine(), "killed");
			assertThat(log.lines()).isEmpty();
			this.ownership.fenced(mine());
			take(mine(), "apart").expectRestarting();
			take(mine(), "apart").expectRestarting();
			assertThat(log.lines()).singleElement()
				.asString()
				.startsWith("Node apart has saved %s, but is not connected".formatted(mine()));
		}
	}

	@Test
	void takesAFencedInstanceThatTheOtherNodeHasReleased() {
		see("a", "b");
		this.ownership.fenced(mine());
		this.answer = () -> Mono.just(new Result.Done());
		assertThat(take(mine(), "b").result).isTrue();
	}

	@Test
	void takesAFencedInstanceIfNoOtherViewComes() {
		see("a", "b");
		this.ownership.fenced(mine());
		this.timers.advanceTimeBy(FencedAddresses.LONGEST.minusMillis(1));
		take(mine(), "gone").expectRestarting();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(take(mine(), "gone").result).isFalse();
	}

	@Test
	void treatsAllAsFencedWhenTooManyAre() {
		FencedAddresses fenced = new FencedAddresses();
		for (int i = 0; i < FencedAddresses.MAX; i++) {
			fenced.add(ActorAddress.of("room", "k" + i), 1, 0);
		}
		assertThat(fenced.contains(ActorAddress.of("room", "other"), 1, 0)).isFalse();
		fenced.add(ActorAddress.of("room", "one more"), 1, 0);
		assertThat(fenced.contains(ActorAddress.of("room", "other"), 1, 0)).isTrue();
		assertThat(fenced.contains(ActorAddress.of("room", "other"), 1, FencedAddresses.LONGEST.toNanos())).isFalse();
		assertThat(fenced.contains(ActorAddress.of("room", "other"), 2, 0)).isFalse();
		assertThat(fenced.contains(ActorAddress.of("room", "k1"), 2, 0)).isFalse();
	}

	private static Result refusal() {
		return new Result.Failure("actor", "restarting", 503, "The actor is restarting.", null);
	}

	/** Returns an address that belongs on this node in all views of a and b. */
	private static ActorAddress mine() {
		return placedOn("a");
	}

	private static ActorAddress ofB() {
		return placedOn("b");
	}

	private static ActorAddress placedOn(String node) {
		Membership both = new Membership(node);
		both.apply(new ClusterView(1, List.of("a", "b"), Set.of()));
		for (int i = 0;; i++) {
			ActorAddress address = ActorAddress.of("room", "k" + i);
			if (both.owns(address)) {
				return address;
			}
		}
	}

	private void see(String... nodes) {
		this.membership.apply(new ClusterView(++this.number, List.of(nodes), Set.of()));
	}

	private Taking take(ActorAddress address, @Nullable String holder) {
		Taking taking = new Taking();
		this.ownership.take(StoredActor.builder("id", address).owner(holder).build())
			.subscribe((released) -> taking.result = released, (ex) -> taking.failure = ex);
		return taking;
	}

	/** What has become of an attempt to take an instance. */
	private static final class Taking {

		private @Nullable Boolean result;

		private @Nullable Throwable failure;

		void expectRestarting() {
			assertThat(this.result).isNull();
			assertThat(this.failure).isInstanceOfSatisfying(RivetException.class,
					(ex) -> assertThat(ex.closeReason()).isEqualTo(CloseReason.of(ErrorCode.RESTARTING)));
		}

	}

}

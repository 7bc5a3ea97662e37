/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.placement.LocalNode;

/**
 * Moves instances of this node that belong on other nodes, because a node has joined or
 * this one is about to stop. The new owner receives a request to wake each of them: it
 * sends this node a request to release it, and continues with what it passes on. Safe for
 * use by several threads.
 */
public final class PlannedMoves {

	private static final Log logger = LogFactory.getLog(PlannedMoves.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** Most instances that move at the same time when this node is about to stop. */
	static final int MAX_AT_ONCE = 64;

	/**
	 * Most instances that move at the same time to a node that has joined. It receives as
	 * many from each other node: each of them waits for those before it, and the moves of
	 * all take the same time.
	 */
	static final int MAX_AT_ONCE_TO_NEW = 16;

	/**
	 * Time after which a move no longer counts as one of those: a busy instance does not
	 * keep others from moving.
	 */
	private static final Duration SLOT = Duration.ofMillis(250);

	/**
	 * Longest time for which the other instances wait for the first one: a node that has
	 * just joined loads classes for it. Many at once would wait for each other there, and
	 * so would a call.
	 */
	private static final Duration FIRST = Duration.ofSeconds(1);

	/** Longest time for one request to wake an instance. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** Pause before instances that have not moved are looked for again. */
	private static final Duration PAUSE = Duration.ofMillis(20);

	/** Pause before another look at instances that stay until their turn has ended. */
	private static final Duration BUSY_PAUSE = Duration.ofMillis(100);

	private final ClusterOwnership ownership;

	private final Supplier<LocalNode> node;

	private final Function<ActorAddress, Mono<?>> wake;

	private final Scheduler timers;

	/**
	 * Creates moves.
	 * @param ownership which instances belong on this node
	 * @param node this node, when it is used
	 * @param wake wakes a stored instance on the node that owns its address
	 * @param timers clock and scheduler
	 */
	public PlannedMoves(ClusterOwnership ownership, Supplier<LocalNode> node, Function<ActorAddress, Mono<?>> wake,
			Scheduler timers) {
		this.ownership = ownership;
		this.node = node;
		this.wake = wake;
		this.timers = timers;
	}

	/** Returns whether all instances of this node belong on it. */
	public boolean areEnded() {
		return pending().isEmpty();
	}

	private List<ActorAddress> pending() {
		return this.node.get().addresses().stream().filter((address) -> !this.ownership.owns(address)).toList();
	}

	/**
	 * Moves the instances that belong on other nodes. One that no other node wakes is
	 * saved and leaves memory all the same.
	 * @return their number, when none of them is in memory
	 */
	public Mono<Long> move() {
		return all(this::move, 1, MAX_AT_ONCE_TO_NEW).count();
	}

	/**
	 * Runs the moves of all instances that belong on other nodes: a limited number at
	 * first, and those that take long beside them.
	 * @param move moves an instance
	 * @param alone how many move one after the other before the others
	 * @param atOnce most that move at the same time
	 */
	private <T> Flux<T> all(Function<ActorAddress, Mono<T>> move, int alone, int atOnce) {
		return Flux.defer(() -> {
			Queue<Mono<T>> slow = new ConcurrentLinkedQueue<>();
			Flux<ActorAddress> pending = Flux.fromIterable(pending());
			return Flux.concat(pending.take(alone).flatMap((address) -> begin(move.apply(address), FIRST, slow), 1),
					pending.skip(alone).flatMap((address) -> begin(move.apply(address), SLOT, slow), atOnce),
					Flux.defer(() -> Flux.merge(Flux.fromIterable(slow), Integer.MAX_VALUE)));
		});
	}

	/** Waits for a move, and adds it to the slow ones after a time. */
	private <T> Mono<T> begin(Mono<T> move, Duration slot, Queue<Mono<T>> slow) {
		Mono<T> moving = move.cache();
		return moving.timeout(slot, Mono.defer(() -> {
			slow.add(moving);
			return Mono.empty();
		}), this.timers);
	}

	/**
	 * Waits for instances that have not moved because their turn takes long.
	 * @return completes when none of those that belong on other nodes now is in memory,
	 * or belongs on this node again
	 */
	public Mono<Void> rest() {
		return Mono.defer(() -> {
			List<ActorAddress> rest = new ArrayList<>(pending());
			return Flux.defer(() -> {
				LocalNode local = this.node.get();
				rest.removeIf((address) -> !local.holds(address) || this.ownership.owns(address));
				return Flux.fromIterable(rest);
			})
				.then()
				.repeatWhen(
						(rounds) -> rounds.takeWhile((round) -> !rest.isEmpty()).delayElements(BUSY_PAUSE, this.timers))
				.then();
		});
	}

	private Mono<ActorAddress> move(ActorAddress address) {
		return wake(address).then(Mono.defer(() -> letGo(address))).thenReturn(address);
	}

	private Mono<Void> wake(ActorAddress address) {
		return Mono.defer(() -> this.wake.apply(address))
			.timeout(PATIENCE, this.timers)
			.then(Mono.<Void>fromRunnable(() -> this.ownership.dropHandOver(address)))
			.onErrorResume((ex) -> {
				failures.warn("move", () -> "%s was not woken by its new node, which does so at its next use: %s"
					.formatted(address, ex));
				return Mono.empty();
			});
	}

	/** The new owner may have another copy, or may have failed to wake it. */
	private Mono<?> letGo(ActorAddress address) {
		LocalNode local = this.node.get();
		return (local.holds(address) && !this.ownership.owns(address))
				? this.ownership.release(address, local).onErrorResume((ex) -> notReleased(address, ex)) : Mono.empty();
	}

	private static Mono<HandOver> notReleased(ActorAddress address, Throwable ex) {
		failures.warn("let go", () -> "%s stays in memory until its turn has ended: %s".formatted(address, ex));
		return Mono.empty();
	}

	/**
	 * Moves all instances of this node, which is about to stop and owns nothing.
	 * @param timeout longest time
	 * @return completes when no instance is left that belongs on another node, or after
	 * the time, with a warning
	 */
	public Mono<Void> moveAll(Duration timeout) {
		return all(this::wake, 0, MAX_AT_ONCE)
			.repeatWhen((rounds) -> rounds.takeWhile((round) -> !pending().isEmpty()).delayElements(PAUSE, this.timers))
			.takeUntilOther(Mono.delay(timeout, this.timers))
			.then(Mono.fromRunnable(() -> reportRest(timeout)));
	}

	private void reportRest(Duration timeout) {
		int rest = pending().size();
		if (rest > 0) {
			this.ownership.counters().countNotHandedOver(rest);
			logger.warn(
					"%d instances were not handed over within %s (rivet.events.cluster.leave-timeout); they are saved, and their clients may have missed events"
						.formatted(rest, timeout));
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.ownership;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.cluster.frame.Result;
import io.rivetevents.cluster.membership.Membership;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ErrorCode;

/**
 * The ownership of a node among others: an instance belongs on the node that its address
 * is placed on. A node that is in the view and has the instance receives a request to
 * release it. A node that is not in the view has failed, or its saves fail once the
 * instance is taken.
 */
public final class ClusterOwnership implements Ownership {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ClusterOwnership.class));

	/** Longest time for which a node is requested to release an instance. */
	private static final Duration PATIENCE = Duration.ofSeconds(5);

	/** Pause before a refused request is repeated, unless the view changes. */
	private static final Duration PAUSE = Duration.ofMillis(100);

	private final Membership membership;

	private final Requests requests;

	private final Scheduler timers;

	private final Duration grace;

	private final FencedAddresses fenced = new FencedAddresses();

	private final HandOvers handOvers = new HandOvers();

	private final OwnershipCounters counters = new OwnershipCounters();

	/** Sends requests to other nodes. */
	@FunctionalInterface
	public interface Requests {

		/**
		 * Sends a request to one node, whether or not it owns an address.
		 * @param node name of the node
		 * @param operation what it is to do
		 * @return its result, or an error if there is none
		 */
		Mono<Result> askNode(String node, Operation operation);

	}

	/**
	 * Creates the ownership of this node.
	 * @param membership the nodes, and what they own
	 * @param requests sends requests to other nodes
	 * @param timers clock and scheduler
	 * @param grace how long a connection of an instance may be without its node
	 */
	public ClusterOwnership(Membership membership, Requests requests, Scheduler timers, Duration grace) {
		this.membership = membership;
		this.requests = requests;
		this.timers = timers;
		this.grace = grace;
	}

	@Override
	public String node() {
		return this.membership.self();
	}

	@Override
	public boolean owns(ActorAddress address) {
		return this.membership.owns(address);
	}

	@Override
	public @Nullable String otherOwner(ActorAddress address) {
		String owner = this.membership.owner(address);
		return node().equals(owner) ? null : owner;
	}

	@Override
	public long merges() {
		return this.membership.merges();
	}

	@Override
	public Duration disconnectGrace() {
		return this.grace;
	}

	@Override
	public void fenced(ActorAddress address) {
		this.counters.countFenced();
		this.fenced.add(address, this.membership.view(), now());
	}

	@Override
	public void refused(ActorAddress address) {
		this.counters.countRefused();
	}

	/** Returns what has happened since the start. */
	public OwnershipCounters counters() {
		return this.counters;
	}

	// Taking

	@Override
	public Mono<Boolean> take(StoredActor stored) {
		String holder = stored.owner();
		ActorAddress address = stored.address();
		if (holder == null || holder.equals(node())) {
			return owns(address) ? NOT_RELEASED : restarting();
		}
		return Mono.defer(() -> takeFrom(holder, address))
			.timeout(PATIENCE, Mono.defer(() -> giveUp(holder, address)), this.timers)
			.doOnNext((released) -> this.counters.countTaken());
	}

	private Mono<Boolean> takeFrom(String holder, ActorAddress address) {
		if (!owns(address)) {
			return restarting();
		}
		if (this.membership.contains(holder)) {
			return request(holder, address);
		}
		if (isFenced(address)) {
			reportApart(holder, address);
			return restarting();
		}
		return NOT_RELEASED;
	}

	/** The holder has saved the instance in this view, which does not have it. */
	private void reportApart(String holder, ActorAddress address) {
		failures.warn("apart from " + holder,
				() -> "Node %s has saved %s, but is not connected to this node: two clusters use one store, or the network is cut. Compare rivet.events.cluster.name, nodes and ssl.bundle of all nodes"
					.formatted(holder, address));
	}

	private boolean isFenced(ActorAddress address) {
		return this.fenced.contains(address, this.membership.view(), now());
	}

	/**
	 * Sends requests to the holder until it has released the instance or left the view.
	 * It refuses as long as it has another view, in which it owns the instance. It may
	 * have saved the instance whatever its answer is.
	 */
	private Mono<Boolean> request(String holder, ActorAddress address) {
		Mono<Void> changed = this.membership.changed();
		return this.requests.askNode(holder, new Operation.Release(address))
			.map((result) -> isReleased(address, result))
			.defaultIfEmpty(false)
			.onErrorResume((ex) -> {
				failures.warn("release by " + holder,
						() -> "Node %s has not answered the request to release %s; will retry: %s"
							.formatted(this.membership.describe(holder), address, ex));
				return Mono.just(false);
			})
			.flatMap((released) -> released ? Mono.just(true)
					: Mono.firstWithSignal(changed, pause()).then(Mono.defer(() -> takeFrom(holder, address))))
			.thenReturn(true);
	}

	private boolean isReleased(ActorAddress address, Result result) {
		if (result instanceof Result.Done done && done.handOver() != null) {
			this.handOvers.add(address, done.handOver());
		}
		return result instanceof Result.Done;
	}

	@Override
	public @Nullable HandOver handedOver(StoredActor stored) {
		return this.handOvers.take(stored);
	}

	@Override
	public void keep(ActorAddress address, HandOver handOver) {
		this.handOvers.add(address, handOver);
	}

	private Mono<Void> pause() {
		return Mono.delay(PAUSE, this.timers).then();
	}

	private <T> Mono<T> giveUp(String holder, ActorAddress address) {
		failures.warn("release by " + holder,
				() -> "Node %s has not released %s within %s; callers receive actor.restarting"
					.formatted(this.membership.describe(holder), address, PATIENCE));
		return restarting();
	}

	private static <T> Mono<T> restarting() {
		return Mono.error(() -> new RivetException(ErrorCode.RESTARTING));
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

	// Release

	/**
	 * Releases an instance for another node, unless it belongs on this one: then the
	 * other node has another view, and repeats its request.
	 * @param address address of the instance
	 * @param node this node
	 * @return what the instance passes on, when it is not in memory; empty if it passes
	 * nothing on. Fails with {@code actor.restarting} if it belongs here, or stays for
	 * longer than the other node waits
	 */
	public Mono<HandOver> release(ActorAddress address, LocalNode node) {
		return Mono.defer(() -> {
			if (owns(address)) {
				return restarting();
			}
			long held = node.holds(address) ? 1 : 0;
			Mono<HandOver> released = node.release(address).doOnNext((handOver) -> {
				this.handOvers.add(address, handOver);
				this.counters.countHandedOver();
			}).cache();
			// also if the other node stops waiting: it tries again
			released.subscribe(null, ClusterOwnership::notReleased);
			return released.timeout(PATIENCE, restarting(), this.timers)
				.switchIfEmpty(Mono.fromSupplier(() -> this.handOvers.find(address)))
				.doOnSuccess((done) -> this.counters.countReleased(held));
		});
	}

	private static void notReleased(Throwable cause) {
		failures.warn("release", () -> "An instance could not be released: " + cause);
	}

	/**
	 * Drops what an instance has passed on: another node has woken it.
	 * @param address address of the instance
	 */
	void dropHandOver(ActorAddress address) {
		this.handOvers.remove(address);
	}

}

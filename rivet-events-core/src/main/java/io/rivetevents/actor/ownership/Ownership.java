/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.ownership;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.StoredActor;

/**
 * Which instances this node may have in memory, if several nodes share a store. Nodes
 * that disagree for a moment do no harm: the store accepts the save of one of them, and
 * the instance of the other one is fenced. Methods are safe for use by several threads
 * and do not block.
 */
public interface Ownership {

	/** The ownership of a node that shares its store with no other. */
	Ownership ALONE = new Ownership() {

		@Override
		public @Nullable String node() {
			return null;
		}

		@Override
		public boolean owns(ActorAddress address) {
			return true;
		}

		@Override
		public Mono<Boolean> take(StoredActor stored) {
			return NOT_RELEASED;
		}

		@Override
		public void fenced(ActorAddress address) {
			// the instance is woken again with what is stored
		}

	};

	/** The outcome of {@link #take} for an instance that no other node had in memory. */
	Mono<Boolean> NOT_RELEASED = Mono.just(false);

	/**
	 * Returns the name of this node, which is stored with each instance that it wakes or
	 * creates; {@code null} if no node is stored.
	 */
	@Nullable String node();

	/**
	 * Returns whether an instance belongs on this node: only then is it created here, and
	 * are its schedules run here.
	 * @param address address of the instance
	 */
	boolean owns(ActorAddress address);

	/**
	 * Returns the name of the node on which an instance belongs, {@code null} if that is
	 * this node, or not known.
	 * @param address address of the instance
	 */
	default @Nullable String otherOwner(ActorAddress address) {
		return null;
	}

	/**
	 * Makes sure that no other node has a stored instance in memory, before this node
	 * wakes it. A node that has it receives a request to save and to release it.
	 * @param stored the stored instance
	 * @return whether another node has released the instance, which must then be loaded
	 * again; received on any thread. Fails with {@code actor.restarting} if the instance
	 * does not belong on this node, or another node does not release it
	 */
	Mono<Boolean> take(StoredActor stored);

	/**
	 * Removes and returns what another node has passed on with an instance that it has
	 * released, before this node wakes it.
	 * @param stored the stored instance
	 * @return {@code null} if there is nothing: clients that have missed an event are
	 * notified of that
	 */
	default @Nullable HandOver handedOver(StoredActor stored) {
		return null;
	}

	/**
	 * Keeps what an instance has passed on that leaves this node before another node has
	 * requested it, until that node does.
	 * @param address address of the instance
	 * @param handOver what it has passed on
	 */
	default void keep(ActorAddress address, HandOver handOver) {
	}

	/**
	 * Returns how long the stored connections of an instance wait to be attached by the
	 * nodes of their sockets, after the instance has been woken; then they have ended.
	 * Zero if there are no other nodes.
	 */
	default Duration disconnectGrace() {
		return Duration.ZERO;
	}

	/**
	 * Returns how often nodes that were apart from this one have met it since its start:
	 * they may have run and saved instances that this node has in memory. Each instance
	 * is compared with what is stored at its next turn after a change of the number.
	 */
	default long merges() {
		return 0;
	}

	/**
	 * Notes that the instance of this node has ended because another node has saved it.
	 * The node does not wake it again until it has new information about the other node:
	 * both would end the instance of the other in turn.
	 * @param address address of the instance
	 */
	void fenced(ActorAddress address);

	/**
	 * Notes that the store has refused to wake or to create an instance here, because
	 * another node has changed it in the meantime.
	 * @param address address of the instance
	 */
	default void refused(ActorAddress address) {
	}

}

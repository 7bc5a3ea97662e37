/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.placement.LocalNode;

/**
 * What joins the nodes of a test. Has no types of the cluster module, which a test with
 * one node does without. Used by the thread of the test.
 */
interface NodeNetwork {

	/**
	 * Returns a member that has not joined.
	 * @param name its name, not used before
	 * @param timers its clock and timers
	 */
	Member member(String name, Scheduler timers);

	/** Ends a member without a goodbye; the others notice it at once. */
	void kill(String name);

	/**
	 * Cuts the network between some members and all others, which notice it at once.
	 */
	void partition(Set<String> names);

	/** Ends the partition. */
	void heal();

	/** One node among others. */
	interface Member {

		/** Returns which instances the node may have in memory. */
		Ownership ownership();

		/** Returns the directory of the instances of all nodes. */
		ActorDirectory directory();

		/**
		 * Joins the others. Returns when it has a view.
		 * @param node the node
		 * @param registry its connections
		 * @param workers its workers
		 */
		void join(LocalNode node, OutboundRegistry registry, Scheduler workers);

		/**
		 * Returns the name of the node that owns an address, {@code null} if this one is
		 * in the smaller part of the nodes.
		 */
		@Nullable String owner(ActorAddress address);

		/** Returns the number of nodes that this one sees. */
		int size();

		/**
		 * Hands the instances of the node, which is about to stop, over to the others.
		 */
		Mono<Void> handOver();

		/** Leaves the others; blocks. */
		void stop();

	}

}

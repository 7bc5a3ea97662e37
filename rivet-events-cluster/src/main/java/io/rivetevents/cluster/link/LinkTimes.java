/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;

/**
 * How long connections to actors of other nodes wait.
 *
 * @param connect how long a new connection waits for an owner of the address; then it is
 * rejected with {@code actor.restarting}
 * @param reconnect how long a client keeps its socket while its connection to the actor
 * is lost; then it is closed with {@code actor.restarting}
 * @param smallerPart the same while this node is in the smaller part of the nodes
 * @param handOver how long a connection stays at a node that no longer owns the address,
 * if that node does not close it
 * @param grace how long the owner keeps the connections of a lost gateway
 * @param pause the shortest pause between two attempts; the longest is 20 times as long
 */
public record LinkTimes(Duration connect, Duration reconnect, Duration smallerPart, Duration handOver, Duration grace,
		Duration pause) {

	/** The default times. */
	public static final LinkTimes DEFAULTS = new LinkTimes(Duration.ofSeconds(5), Duration.ofSeconds(10),
			Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofMillis(50));

	/** Returns the same times with another grace period. */
	public LinkTimes withGrace(Duration grace) {
		return new LinkTimes(this.connect, this.reconnect, this.smallerPart, this.handOver, grace, this.pause);
	}

	/** Returns the same times with another one for the smaller part of the nodes. */
	public LinkTimes withSmallerPart(Duration smallerPart) {
		return new LinkTimes(this.connect, this.reconnect, smallerPart, this.handOver, this.grace, this.pause);
	}

	/** Returns the pause before an attempt, which doubles with each one. */
	Duration pause(int failed) {
		return this.pause.multipliedBy(Math.min(1L << Math.min(failed, 5), 20));
	}

}

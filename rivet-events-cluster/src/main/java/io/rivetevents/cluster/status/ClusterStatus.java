/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.status;

/**
 * The state of one node among others at one moment.
 *
 * @param nodes number of nodes that this one is joined with, itself included; 0 before it
 * has joined
 * @param waiting whether this node runs no instances, because it has lost more than half
 * of the others without a goodbye
 * @param pending number of requests that wait for the answer of another node
 * @param links number of clients of this node whose actor is on another node
 * @param backlog memory of the messages that wait for other nodes, in bytes
 * @param counters what has happened since the start
 */
public record ClusterStatus(int nodes, boolean waiting, int pending, int links, long backlog, Counters counters) {

	/**
	 * Numbers that only grow, from 0 at the start of the node.
	 *
	 * @param forwarded requests that were sent to other nodes, repeated ones included
	 * @param taken instances that were woken here and that another node has had before,
	 * whether it has released them or has failed
	 * @param released instances that were saved and removed from memory here because they
	 * belong on another node
	 * @param handedOver those of them that have passed on the positions of their events,
	 * so that their clients have missed nothing
	 * @param notHandedOver instances that were not handed over before this node has
	 * stopped; they are saved, and their clients may have missed events
	 * @param fenced instances of this node that have ended because another node has saved
	 * them; their last changes are lost
	 * @param refused attempts to wake or create an instance that the store has refused,
	 * because another node was faster
	 * @param reconnected clients of this node that were connected to their actor again,
	 * after its node was lost or has released it
	 * @param resynced those of them that have missed events, and are notified of that
	 * @param smallerPart times at which this node was left with fewer than half of the
	 * nodes, and stopped its instances
	 */
	public record Counters(long forwarded, long taken, long released, long handedOver, long notHandedOver, long fenced,
			long refused, long reconnected, long resynced, long smallerPart) {
	}

}

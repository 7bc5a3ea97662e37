/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

/**
 * A fault that a {@link Simulation} may cause at any time. Each run has some of the
 * allowed faults, which its seed selects.
 *
 * @since 0.1.0
 */
public enum Fault {

	/**
	 * A client loses its connection. The server notices it later, possibly after the
	 * client has connected again.
	 */
	CUT(6),

	/** A client stops reading, and reads again later. */
	SLOW_READER(4),

	/** A save fails, and nothing is saved. */
	FAILED_SAVE(4),

	/** A save takes effect, but its caller gets an error. */
	UNCERTAIN_SAVE(3),

	/**
	 * A call to the store takes a while. In the meantime timers become due, but no other
	 * work is done.
	 */
	SLOW_STORE(2),

	/**
	 * The clock of the machine is set to at most a minute before or after the time that
	 * has passed. Timers and the store are not affected.
	 */
	CLOCK_JUMP(1),

	/** The application stops and starts again with the same store. */
	RESTART(1),

	/** The application is killed and starts again with the same store. */
	KILL(1),

	/**
	 * Another process replaces the application, which does not notice it and continues
	 * with its clients, as after a pause or a partition of the network.
	 */
	REPLACED(1),

	/**
	 * A node of several stops for a while and continues, or is paused for so long that
	 * the others remove it.
	 */
	PAUSE(2),

	/**
	 * The network between several nodes is cut, in one direction or in both, and mended
	 * later.
	 */
	PARTITION(2),

	/** Messages between nodes take up to a second, for a while. */
	SLOW_NETWORK(2),

	/** The store fails for some time, for loads and saves. */
	STORE_AWAY(1);

	private final int weight;

	Fault(int weight) {
		this.weight = weight;
	}

	/** Returns whether it can occur with a number of nodes. */
	boolean isFor(int nodes) {
		return switch (this) {
			case REPLACED -> nodes == 1;
			case PAUSE, PARTITION, SLOW_NETWORK, STORE_AWAY -> nodes > 1;
			default -> true;
		};
	}

	/** Returns how often it occurs, compared with others. */
	int weight() {
		return this.weight;
	}

}

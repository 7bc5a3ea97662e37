/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

/**
 * An attack.
 *
 * @param name name on the command line
 * @param does description of the attack
 * @param bound expected reaction of the server, which is counted
 * @param briefMillis duration of the short form; 0 if there is none
 * @param briefWanted number of times that the bound must be met in the short form; 0 if
 * that takes longer
 * @param longMillis maximum duration
 * @param compression whether the server must offer permessage-deflate and HTTP/2
 * @param body runs the attack
 */
record Attack(String name, String does, String bound, long briefMillis, int briefWanted, long longMillis,
		boolean compression, Body body) {

	private static final long LONG = 40_000;

	Attack(String name, String does, String bound, Body body) {
		this(name, does, bound, 0, 0, LONG, false, body);
	}

	/** Returns the attack with a short form. */
	Attack brief(long millis, int wanted) {
		return new Attack(this.name, this.does, this.bound, millis, wanted, this.longMillis, this.compression,
				this.body);
	}

	/** Returns the attack with another maximum duration. */
	Attack lasting(long millis) {
		return new Attack(this.name, this.does, this.bound, this.briefMillis, this.briefWanted, millis,
				this.compression, this.body);
	}

	/** Returns the attack with a limit of its maximum duration. */
	Attack atMost(long millis) {
		return lasting(Math.min(this.longMillis, millis));
	}

	/** Returns the attack on a server with compression and HTTP/2. */
	Attack compressed() {
		return new Attack(this.name, this.does, this.bound, this.briefMillis, this.briefWanted, this.longMillis, true,
				this.body);
	}

	/**
	 * Runs an attack.
	 */
	@FunctionalInterface
	interface Body {

		/**
		 * Attacks while {@link Scene#goesOn()} returns {@code true}.
		 * @param scene the attack in progress
		 * @throws Exception if the attack itself fails; a rejection by the server is
		 * counted and not thrown
		 */
		void run(Scene scene) throws Exception;

	}

}

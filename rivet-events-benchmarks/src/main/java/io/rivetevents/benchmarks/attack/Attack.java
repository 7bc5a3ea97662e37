package io.rivetevents.benchmarks.attack;

/**
 * An attack.
 *
 * @param name name on the command line
 * @param does what it does
 * @param bound what the server must do about it, and what is counted
 * @param briefMillis how long its short form lasts; 0 if it has none
 * @param briefWanted how often its bound is to be met in the short form; 0 where that
 * takes longer
 * @param longMillis most time that it takes
 * @param compression whether the server has to offer permessage-deflate and HTTP/2
 * @param body what carries it out
 */
record Attack(String name, String does, String bound, long briefMillis, int briefWanted, long longMillis,
		boolean compression, Body body) {

	private static final long LONG = 40_000;

	Attack(String name, String does, String bound, Body body) {
		this(name, does, bound, 0, 0, LONG, false, body);
	}

	/** The same with a short form. */
	Attack brief(long millis, int wanted) {
		return new Attack(this.name, this.does, this.bound, millis, wanted, this.longMillis, this.compression,
				this.body);
	}

	/** The same with more time. */
	Attack lasting(long millis) {
		return new Attack(this.name, this.does, this.bound, this.briefMillis, this.briefWanted, millis,
				this.compression, this.body);
	}

	/** The same with no more time than that. */
	Attack atMost(long millis) {
		return lasting(Math.min(this.longMillis, millis));
	}

	/** The same against a server that compresses, and takes HTTP/2. */
	Attack compressed() {
		return new Attack(this.name, this.does, this.bound, this.briefMillis, this.briefWanted, this.longMillis, true,
				this.body);
	}

	/**
	 * What carries out an attack.
	 */
	@FunctionalInterface
	interface Body {

		/**
		 * Attack, while {@link Scene#goesOn()} says so.
		 * @param scene where
		 * @throws Exception if the attack itself fails; one that the server refuses is
		 * counted and not thrown
		 */
		void run(Scene scene) throws Exception;

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.check;

import org.jspecify.annotations.Nullable;

/**
 * The first violation of a run. The code that finds one may be called by the runtime,
 * which handles exceptions, so it is kept until the step is over.
 */
public final class Violations {

	private @Nullable AssertionError first;

	/**
	 * Adds a violation.
	 * @param invariant what must hold, as a sentence
	 * @param found what was found instead
	 */
	public void add(String invariant, String found) {
		add(new AssertionError("Violated: %s: %s".formatted(invariant, found)));
	}

	public void add(AssertionError violation) {
		if (this.first == null) {
			this.first = violation;
		}
	}

	/**
	 * Throws the first violation, if there is one.
	 */
	public void check() {
		if (this.first != null) {
			throw this.first;
		}
	}

}

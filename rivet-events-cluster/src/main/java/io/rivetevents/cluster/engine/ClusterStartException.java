/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a node cannot join because of its settings or its machine.
 */
public final class ClusterStartException extends IllegalStateException {

	private final String problem;

	private final String action;

	/**
	 * Creates the exception.
	 * @param problem the error, as a sentence without final period
	 * @param action what to change, as a sentence without final period
	 * @param cause the cause, {@code null} if there is none
	 */
	public ClusterStartException(String problem, String action, @Nullable Throwable cause) {
		super(problem + ". " + action, cause);
		this.problem = problem;
		this.action = action;
	}

	/**
	 * Returns the error, as a sentence without final period.
	 */
	public String problem() {
		return this.problem;
	}

	/**
	 * Returns what to change, as a sentence without final period.
	 */
	public String action() {
		return this.action;
	}

}

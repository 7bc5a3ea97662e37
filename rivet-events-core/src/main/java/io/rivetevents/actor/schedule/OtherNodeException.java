/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

/**
 * A schedule is not run by this node, because its instance belongs on another one. Has no
 * stack trace, since nothing is wrong.
 */
public final class OtherNodeException extends RuntimeException {

	/**
	 * Creates an exception.
	 * @param due name of what is not run
	 */
	public OtherNodeException(String due) {
		super("%s is run by another node".formatted(due), null, false, false);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Thrown when a change may have been stored or not. The caller of an action whose commit
 * failed with it receives {@code actor.outcome_unknown}.
 */
public final class UncertainSaveException extends RivetException {

	private final boolean repeatable;

	UncertainSaveException() {
		this(false);
	}

	private UncertainSaveException(boolean repeatable) {
		super(ErrorCode.STATE_UNAVAILABLE);
		this.repeatable = repeatable;
	}

	/** Returns the same for a call whose answer is stored with the change. */
	public UncertainSaveException repeatable() {
		return new UncertainSaveException(true);
	}

	/**
	 * Returns whether the call runs once if it is repeated with its idempotency key: its
	 * answer is found if the change was stored.
	 */
	public boolean isRepeatable() {
		return this.repeatable;
	}

}

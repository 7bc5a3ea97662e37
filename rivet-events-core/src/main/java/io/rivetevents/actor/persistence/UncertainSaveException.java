/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.persistence;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;

/**
 * Thrown when a change may have been stored or not. The caller of an action whose commit
 * failed with it receives {@code actor.outcome_unknown}; a method that saves within its
 * turn receives {@code state.unavailable}, and what it has changed stays due.
 */
public final class UncertainSaveException extends RivetException {

	private final boolean ofCommit;

	private final boolean repeatable;

	UncertainSaveException() {
		this(false, false);
	}

	private UncertainSaveException(boolean ofCommit, boolean repeatable) {
		super(ErrorCode.STATE_UNAVAILABLE);
		this.ofCommit = ofCommit;
		this.repeatable = repeatable;
	}

	/**
	 * Returns the same for the commit of a method.
	 * @param withAnswer whether the answer of the call is stored with the change
	 */
	public UncertainSaveException ofCommit(boolean withAnswer) {
		return new UncertainSaveException(true, withAnswer);
	}

	/** Returns whether the commit of a method has failed. */
	public boolean isOfCommit() {
		return this.ofCommit;
	}

	/**
	 * Returns whether the call runs once if it is repeated with its idempotency key: its
	 * answer is found if the change was stored.
	 */
	public boolean isRepeatable() {
		return this.repeatable;
	}

}

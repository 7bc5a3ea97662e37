/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import java.util.HashMap;
import java.util.Map;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.Invocation;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.test.simulation.check.Violations;

/**
 * The actions of one run whose methods fail. Checks that none of them ends with
 * {@code rivetkit.internal_error}, unless a simulated fault is the cause: an action that
 * fails at each call would violate nothing else.
 */
public final class InternalErrors {

	private final Violations violations;

	private final Map<CalledAction, Throwable> failed = new HashMap<>();

	private boolean allowed;

	public InternalErrors(Violations violations) {
		this.violations = violations;
	}

	/** Lets actions end with the error. */
	public void allow() {
		this.allowed = true;
	}

	/** Notes that the method of an action is called. */
	void begun(Invocation invocation) {
		this.failed.remove(CalledAction.of(invocation));
	}

	/** Notes that the method of an action has failed. */
	void failed(Invocation invocation, Throwable ex) {
		if (invocation.hook() == null && !isExplained(ex)) {
			this.failed.put(CalledAction.of(invocation), ex);
		}
	}

	/** A nested call has an outcome of its own, which is checked as well. */
	private static boolean isExplained(Throwable ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof RivetException || cause instanceof SimulatedStore.Failed) {
				return true;
			}
		}
		return false;
	}

	/** Notes that the caller receives the result or an error. */
	void answered(ActionCall call, ActionOutcome outcome) {
		Throwable cause = this.failed.remove(CalledAction.of(call));
		RivetException error = outcome.error();
		if (cause != null && error != null && !this.allowed && isInternal(error)) {
			this.violations.add(new AssertionError(
					"Violated: an action does not end with rivetkit.internal_error: %s of %s failed with %s"
						.formatted(call.action(), call.actor(), cause),
					cause));
		}
	}

	private static boolean isInternal(RivetException error) {
		return ErrorCode.ofReason(error.group() + "." + error.code()) == ErrorCode.INTERNAL_ERROR;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.rivetevents.extension.ActionCall;

/**
 * A call of an action, from its start to its result.
 *
 * @since 0.1.0
 */
public final class ActionObservationContext extends RivetObservationContext {

	private final ActionCall call;

	private final String actionName;

	ActionObservationContext(ActionCall call, String actionName) {
		this.call = call;
		this.actionName = actionName;
	}

	/** Returns the call. */
	public ActionCall getCall() {
		return this.call;
	}

	/** Returns the name of the action, {@code other} if the actor does not have it. */
	public String getActionName() {
		return this.actionName;
	}

}

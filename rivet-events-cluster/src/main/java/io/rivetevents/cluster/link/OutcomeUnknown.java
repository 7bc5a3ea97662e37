/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ToClient;

/**
 * The error of a call whose node was lost before it has answered.
 */
final class OutcomeUnknown {

	private static final String GROUP = "actor";

	private static final String CODE = "outcome_unknown";

	private OutcomeUnknown() {
	}

	/** Returns the error for a client. */
	static ToClient.Error of(long actionId) {
		return new ToClient.Error(GROUP, CODE, "The action may or may not have run.", null, actionId, null);
	}

	/** Returns whether a request has failed with it. */
	static boolean is(RivetException ex) {
		return ex.group().equals(GROUP) && ex.code().equals(CODE);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.LogFactory;

import io.rivetevents.failure.RepeatedFailures;

/**
 * Removes scopes of observations that were not closed because a handler has failed.
 * Requires Micrometer's library of observations.
 */
final class ObservationScopes {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(CallContext.class));

	private ObservationScopes() {
	}

	/**
	 * Removes the current scope of the thread. The other handlers receive that the scope
	 * before is current again, or that there is none.
	 */
	static void removeCurrent() {
		ObservationRegistry registry = ObservationThreadLocalAccessor.getInstance().getObservationRegistry();
		Observation.Scope scope = registry.getCurrentObservationScope();
		Observation.Scope previous = (scope != null) ? scope.getPreviousObservationScope() : null;
		try {
			if (previous != null) {
				previous.makeCurrent();
			}
			else if (scope != null) {
				scope.reset();
			}
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Failed to reset the observation of a thread");
		}
		registry.setCurrentObservationScope(previous);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observation of an event that is sent, and its keys. A bean of this type
 * replaces {@link DefaultBroadcastObservationConvention}.
 *
 * @since 0.1.0
 */
public interface BroadcastObservationConvention extends ObservationConvention<BroadcastObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof BroadcastObservationContext;
	}

}

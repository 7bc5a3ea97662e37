/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observation of a client that connects, and its keys. A bean of this type
 * replaces {@link DefaultConnectionObservationConvention}.
 *
 * @since 0.1.0
 */
public interface ConnectionObservationConvention extends ObservationConvention<ConnectionObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof ConnectionObservationContext;
	}

}

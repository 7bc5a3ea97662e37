/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;
import org.springframework.core.Ordered;

import io.rivetevents.tracing.RivetObservationContext;
import io.rivetevents.tracing.RivetObservationDocumentation;

/**
 * Takes the place of the handler that makes a timer of each observation, for those whose
 * timers would repeat the meters. A filter of the registry would deny these timers, too,
 * but only after they were looked up with their tags.
 */
final class UntimedObservations implements MeterObservationHandler<RivetObservationContext>, Ordered {

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean supportsContext(Observation.Context context) {
		return RivetObservationDocumentation.isUntimed(context);
	}

}

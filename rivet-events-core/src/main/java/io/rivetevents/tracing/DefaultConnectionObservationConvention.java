/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.common.KeyValues;

import io.rivetevents.protocol.SafeText;
import io.rivetevents.tracing.RivetObservationDocumentation.HighKey;
import io.rivetevents.tracing.RivetObservationDocumentation.LowKey;

/**
 * The names and keys of clients that connect, unless the application has its own.
 *
 * @since 0.1.0
 */
public class DefaultConnectionObservationConvention implements ConnectionObservationConvention {

	@Override
	public String getName() {
		return "rivet.connection";
	}

	@Override
	public String getContextualName(ConnectionObservationContext context) {
		return "rivet " + context.getActor().name() + " connect";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ConnectionObservationContext context) {
		return KeyValues.of(LowKey.ACTOR.withValue(context.getActor().name()),
				LowKey.OUTCOME.withValue(context.outcomeValue()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(ConnectionObservationContext context) {
		return KeyValues.of(HighKey.KEY.withValue(SafeText.of(context.getActor().key().serialize())));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.common.KeyValues;

import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.tracing.RivetObservationDocumentation.HighKey;
import io.rivetevents.tracing.RivetObservationDocumentation.LowKey;

/**
 * The names and keys of saves, unless the application has its own.
 *
 * @since 0.1.0
 */
public class DefaultSaveObservationConvention implements SaveObservationConvention {

	@Override
	public String getName() {
		return "rivet.save";
	}

	@Override
	public String getContextualName(SaveObservationContext context) {
		return "rivet " + context.getActor().name() + " save";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(SaveObservationContext context) {
		return KeyValues.of(LowKey.ACTOR.withValue(context.getActor().name()), LowKey.OUTCOME
			.withValue((context.getError() instanceof StaleStateException) ? "stale" : context.outcomeValue()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(SaveObservationContext context) {
		return KeyValues.of(HighKey.KEY.withValue(SafeText.of(context.getActor().key().serialize())));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import io.micrometer.common.KeyValues;

import io.rivetevents.tracing.RivetObservationDocumentation.LowKey;

/**
 * The names and keys of events that are sent, unless the application has its own.
 *
 * @since 0.1.0
 */
public class DefaultBroadcastObservationConvention implements BroadcastObservationConvention {

	@Override
	public String getName() {
		return "rivet.broadcast";
	}

	@Override
	public String getContextualName(BroadcastObservationContext context) {
		return "rivet " + actor(context) + " broadcast " + context.getEventName();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(BroadcastObservationContext context) {
		return KeyValues.of(LowKey.ACTOR.withValue(actor(context)), LowKey.EVENT.withValue(context.getEventName()));
	}

	private static String actor(BroadcastObservationContext context) {
		String actor = context.getActorName();
		return (actor != null) ? actor : "none";
	}

}

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
 * The names and keys of calls of actions, unless the application has its own.
 *
 * @since 0.1.0
 */
public class DefaultActionObservationConvention implements ActionObservationConvention {

	@Override
	public String getName() {
		return "rivet.action";
	}

	@Override
	public String getContextualName(ActionObservationContext context) {
		return "rivet " + context.getCall().actor().name() + " " + context.getActionName();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ActionObservationContext context) {
		return KeyValues.of(LowKey.ACTOR.withValue(context.getCall().actor().name()),
				LowKey.ACTION.withValue(context.getActionName()), LowKey.OUTCOME.withValue(context.outcomeValue()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(ActionObservationContext context) {
		return KeyValues.of(HighKey.KEY.withValue(SafeText.of(context.getCall().actor().key().serialize())));
	}

}

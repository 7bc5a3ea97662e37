/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import java.util.Locale;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import io.rivetevents.extension.ActionOutcome;

/**
 * What the observations of actors have in common.
 *
 * @since 0.1.0
 */
public abstract sealed class RivetObservationContext extends Observation.Context permits ActionObservationContext,
		BroadcastObservationContext, ConnectionObservationContext, SaveObservationContext {

	private volatile ActionOutcome.@Nullable Kind outcome;

	private @Nullable String firstName;

	RivetObservationContext() {
	}

	@Override
	public void setName(String name) {
		if (this.firstName == null) {
			this.firstName = name;
		}
		super.setName(name);
	}

	/**
	 * Returns the name at the start, {@code null} before: a filter may change it at the
	 * end.
	 */
	@Nullable String firstName() {
		return this.firstName;
	}

	/** Returns the outcome, {@code null} while the work is running. */
	public ActionOutcome.@Nullable Kind getOutcome() {
		return this.outcome;
	}

	void setOutcome(ActionOutcome.Kind outcome) {
		this.outcome = outcome;
	}

	/**
	 * Returns the outcome as the value of a key: {@code succeeded}, {@code failed},
	 * {@code timed_out} or {@code cancelled}; {@code none} while the work is running.
	 */
	String outcomeValue() {
		ActionOutcome.Kind known = this.outcome;
		return (known != null) ? known.name().toLowerCase(Locale.ROOT) : "none";
	}

}

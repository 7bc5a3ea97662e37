/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.tracing;

import java.util.Objects;
import java.util.function.Supplier;

import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.failure.RepeatedFailures;

/**
 * A convention of the application. What it fails to return is returned by the default
 * convention, except for keys of unbounded values, which the application may have left
 * out on purpose: an observation whose convention fails at its end would never stop.
 *
 * @param <T> type of the observed work
 * @param own convention of the application
 * @param standard the default convention
 */
record GuardedConvention<T extends RivetObservationContext>(ObservationConvention<T> own,
		ObservationConvention<T> standard) implements ObservationConvention<T> {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ObservationTracing.class));

	@Override
	public boolean supportsContext(Observation.Context context) {
		return this.standard.supportsContext(context);
	}

	@Override
	public @Nullable String getName() {
		return guarded(this.own::getName, this.standard::getName);
	}

	@Override
	public @Nullable String getContextualName(T context) {
		return guarded(() -> this.own.getContextualName(context), () -> this.standard.getContextualName(context));
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(T context) {
		return guarded(() -> Objects.requireNonNull(this.own.getLowCardinalityKeyValues(context)),
				() -> this.standard.getLowCardinalityKeyValues(context));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(T context) {
		return guarded(() -> Objects.requireNonNull(this.own.getHighCardinalityKeyValues(context)), KeyValues::empty);
	}

	private <V extends @Nullable Object> V guarded(Supplier<V> call, Supplier<V> otherwise) {
		try {
			return call.get();
		}
		catch (Throwable ex) {
			failures.error(ex,
					() -> "Convention %s failed; the default is used instead".formatted(this.own.getClass().getName()));
			return otherwise.get();
		}
	}

}

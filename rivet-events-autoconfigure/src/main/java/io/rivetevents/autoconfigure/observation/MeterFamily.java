/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Meters that differ in the value of one tag, and are registered when they are used for
 * the first time. Safe for use by several threads.
 *
 * @param <M> type of the meters
 */
final class MeterFamily<M> {

	private final Map<String, M> meters = new ConcurrentHashMap<>();

	private final Function<String, M> register;

	/**
	 * Creates a family without meters.
	 * @param register registers the meter for a value
	 */
	MeterFamily(Function<String, M> register) {
		this.register = register;
	}

	/**
	 * Returns the meter for a value.
	 * @param value one of few values
	 */
	M of(String value) {
		M known = this.meters.get(value);
		return (known != null) ? known : this.meters.computeIfAbsent(value, this.register);
	}

}

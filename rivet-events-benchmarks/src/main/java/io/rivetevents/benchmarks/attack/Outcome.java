/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.rivetevents.benchmarks.attack.Victim.Memory;

/**
 * The outcome of an attack.
 *
 * @param attack the attack
 * @param met number of occurrences of each reaction that counts as the bound
 * @param wanted required total of these numbers
 * @param rampUp longest wait of a healthy client in the first seconds, in milliseconds
 * @param after longest wait afterwards, until the attack has been cleaned up
 * @param waits both, for each healthy client
 * @param newcomer longest wait of a client that opens a connection for each call; does
 * not affect the result
 * @param failures failures of the healthy clients
 * @param before memory of the server before the attack
 * @param afterwards memory after the attack
 * @param logged KB that the server logged
 * @param seconds duration
 * @param alive whether the server is running
 * @param notes further observations
 */
record Outcome(Attack attack, Map<String, Long> met, long wanted, long rampUp, long after, List<String> waits,
		String newcomer, List<String> failures, Memory before, Memory afterwards, long logged, long seconds,
		boolean alive, List<String> notes) {

	long count() {
		return this.met.values().stream().mapToLong(Long::longValue).sum();
	}

	/**
	 * Returns why the server has not held; empty if it has.
	 * @param rampUpMillis maximum wait in the first seconds
	 * @param afterMillis maximum wait afterwards
	 */
	List<String> faults(long rampUpMillis, long afterMillis) {
		List<String> faults = new ArrayList<>();
		if (!this.alive) {
			faults.add("the server has ended");
			return faults;
		}
		if (this.count() < this.wanted) {
			faults.add("the bound was met %d times of %d".formatted(this.count(), this.wanted));
		}
		if (this.rampUp > rampUpMillis) {
			faults.add("a healthy client waited %d ms at the beginning".formatted(this.rampUp));
		}
		if (this.after > afterMillis) {
			faults.add("a healthy client waited %d ms".formatted(this.after));
		}
		if (!this.failures.isEmpty()) {
			faults.add("failures: " + String.join("; ", this.failures));
		}
		return faults;
	}

	String verdict(long rampUpMillis, long afterMillis) {
		List<String> faults = faults(rampUpMillis, afterMillis);
		if (!this.alive) {
			return "dead";
		}
		if (faults.isEmpty()) {
			return "held";
		}
		boolean blocked = this.rampUp > rampUpMillis || this.after > afterMillis || !this.failures.isEmpty();
		return blocked ? "blocked" : "not bounded";
	}

	/** Returns the details behind the row of the table. */
	String details() {
		String bounds = this.met.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + " " + entry.getValue())
			.collect(Collectors.joining(", "));
		return "%s: %s. %s. %s%s%s".formatted(this.attack.name(), bounds.isEmpty() ? "no bound met" : bounds,
				String.join(", ", this.waits), this.newcomer,
				this.failures.isEmpty() ? "" : ". Failures: " + String.join("; ", this.failures),
				this.notes.isEmpty() ? "" : ". " + String.join("; ", this.notes));
	}

}

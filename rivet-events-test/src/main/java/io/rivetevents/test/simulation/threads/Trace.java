/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.threads;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The steps of one run, as readable lines. Keeps the last lines, and a hash of all lines
 * and choices, by which two runs are compared.
 */
public final class Trace {

	private static final long FNV_OFFSET = 0xcbf29ce484222325L;

	private static final long FNV_PRIME = 0x100000001b3L;

	private final int kept;

	private final Deque<String> last = new ArrayDeque<>();

	private long hash = FNV_OFFSET;

	private long steps;

	/**
	 * Creates a trace.
	 * @param kept number of lines to keep
	 */
	public Trace(int kept) {
		this.kept = kept;
	}

	/** Adds a line. It must not contain random ids or times of the machine. */
	public void add(String line) {
		this.steps++;
		mix(line.hashCode());
		if (this.last.size() == this.kept) {
			this.last.removeFirst();
		}
		this.last.addLast(line);
	}

	/** Adds a choice that has no line. */
	public void mix(int choice) {
		this.hash = (this.hash ^ choice) * FNV_PRIME;
	}

	public long hash() {
		return this.hash;
	}

	/** Returns the number of lines, including those that were not kept. */
	public long steps() {
		return this.steps;
	}

	/** Returns the kept lines with their numbers. */
	public List<String> lines() {
		long first = this.steps - this.last.size() + 1;
		int[] index = { 0 };
		return this.last.stream().map((line) -> "%6d  %s".formatted(first + index[0]++, line)).toList();
	}

}

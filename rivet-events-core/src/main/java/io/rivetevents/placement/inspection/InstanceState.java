/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.persistence.ActorState;
import io.rivetevents.failure.RepeatedFailures;

/**
 * The state of an instance at one moment. Long states are cut: writing and showing them
 * would take time that the instance needs.
 *
 * @param json the state as JSON in UTF-8, or its first {@value #MAX_BYTES} bytes;
 * {@code null} if it could not be written
 * @param whole whether that is all of it
 * @param problem why it could not be written, {@code null} if it could
 */
public record InstanceState(byte @Nullable [] json, boolean whole, @Nullable String problem) {

	/** Most bytes that are read. */
	public static final int MAX_BYTES = 256 * 1024;

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(InstanceState.class));

	static @Nullable InstanceState of(byte @Nullable [] stored) {
		if (stored == null || stored.length <= MAX_BYTES) {
			return (stored != null) ? new InstanceState(stored, true, null) : null;
		}
		return new InstanceState(Arrays.copyOf(stored, MAX_BYTES), false, null);
	}

	/**
	 * Reads the state of an instance in memory. Called in its turn.
	 * @return {@code null} if it has none
	 */
	static @Nullable InstanceState read(ActorAddress address, ActorState state) {
		Beginning out = new Beginning();
		try {
			state.writeTo(out);
		}
		catch (IOException | RuntimeException ex) {
			if (!out.isFull()) {
				failures.error(ex, () -> "The state of %s could not be written for an operator".formatted(address));
				return new InstanceState(null, false, "The state cannot be written: " + ex.getClass().getName());
			}
		}
		return (out.size() > 0) ? new InstanceState(out.bytes(), !out.isFull(), null) : null;
	}

	/** Keeps the first bytes, and fails for more. */
	private static final class Beginning extends OutputStream {

		private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

		private boolean full;

		@Override
		public void write(int next) throws IOException {
			write(new byte[] { (byte) next }, 0, 1);
		}

		@Override
		public void write(byte[] bytes, int start, int count) throws IOException {
			int fitting = Math.min(count, MAX_BYTES - this.kept.size());
			this.kept.write(bytes, start, fitting);
			if (fitting < count) {
				this.full = true;
				throw new IOException("The state has more than %d bytes".formatted(MAX_BYTES));
			}
		}

		boolean isFull() {
			return this.full;
		}

		int size() {
			return this.kept.size();
		}

		byte[] bytes() {
			return this.kept.toByteArray();
		}

	}

}

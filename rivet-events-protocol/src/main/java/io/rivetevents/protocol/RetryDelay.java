/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Random delays of one to four seconds for clients that the server cannot serve now.
 * Clients that are refused at the same time retry at different times. Safe for use by
 * several threads.
 */
public final class RetryDelay {

	private static final int MIN_SECONDS = 1;

	private static final int MAX_SECONDS = 4;

	private static final int MILLIS = 1000;

	private RetryDelay() {
	}

	/**
	 * Returns a delay in milliseconds.
	 */
	public static long nextMillis() {
		return ThreadLocalRandom.current().nextLong(MIN_SECONDS * MILLIS, MAX_SECONDS * MILLIS + 1);
	}

	/**
	 * Returns a delay in whole seconds, for the header {@code Retry-After}.
	 */
	public static int nextSeconds() {
		return ThreadLocalRandom.current().nextInt(MIN_SECONDS, MAX_SECONDS + 1);
	}

}

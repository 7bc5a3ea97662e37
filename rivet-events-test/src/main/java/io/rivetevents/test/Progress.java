/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * How a test waits for the server. All methods are called by the test.
 */
interface Progress {

	/**
	 * Waits for something that the server causes.
	 * @param found returns it, {@code null} as long as it is not there; called often
	 * @return {@code null} if all turns and deliveries are done, or if the patience of
	 * the test has ended, and it is not there
	 */
	<T> @Nullable T await(Supplier<@Nullable T> found);

	/**
	 * Waits until all turns and deliveries are done.
	 * @return what is not done when the patience of the test has ended, {@code null} if
	 * all is done
	 */
	@Nullable String settle();

	/**
	 * Lets the server handle what it has received, as far as it can without waiting for
	 * the test.
	 */
	void handle();

	/**
	 * Lets time pass.
	 * @throws UnsupportedOperationException if the time is real
	 */
	void advance(Duration duration);

}

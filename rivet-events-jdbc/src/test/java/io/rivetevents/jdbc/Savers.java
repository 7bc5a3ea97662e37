/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Threads that each save something and keep how that ended. */
final class Savers {

	private final List<Thread> threads = new ArrayList<>();

	private final List<AtomicReference<@Nullable RuntimeException>> failures = new ArrayList<>();

	/**
	 * Starts a thread and waits until it is blocked, so that the order is that of the
	 * calls.
	 */
	void start(Runnable save) {
		AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
		Thread thread = new Thread(() -> {
			try {
				save.run();
			}
			catch (RuntimeException ex) {
				failure.set(ex);
			}
		});
		this.threads.add(thread);
		this.failures.add(failure);
		thread.start();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.until(() -> thread.getState() == Thread.State.TIMED_WAITING || !thread.isAlive());
	}

	/** Waits for all threads and returns their failures, {@code null} for a success. */
	List<@Nullable RuntimeException> failures() throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.join();
		}
		List<@Nullable RuntimeException> all = new ArrayList<>();
		this.failures.forEach((failure) -> all.add(failure.get()));
		return all;
	}

	void interrupt(int index) {
		this.threads.get(index).interrupt();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.test.time.VirtualTime;

/**
 * Progress of a node whose threads are counted and whose time is virtual: nothing depends
 * on real time, except for work that waits for something outside of the node.
 */
final class MemoryProgress implements Progress {

	private final VirtualTime time;

	private final Supplier<List<String>> busy;

	private final Duration patience;

	/**
	 * Creates the progress.
	 * @param time its time, which lets the workers settle
	 * @param busy lists what is not done
	 * @param patience longest wait for work that waits for something outside of the node
	 */
	MemoryProgress(VirtualTime time, Supplier<List<String>> busy, Duration patience) {
		this.time = time;
		this.busy = busy;
		this.patience = patience;
	}

	@Override
	public <T> @Nullable T await(Supplier<@Nullable T> found) {
		long start = System.nanoTime();
		while (true) {
			handle();
			boolean done = busy().isEmpty() || System.nanoTime() - start > this.patience.toNanos();
			T present = found.get();
			if (present != null || done) {
				return present;
			}
			pause();
		}
	}

	@Override
	public @Nullable String settle() {
		long start = System.nanoTime();
		while (true) {
			handle();
			List<String> busy = busy();
			if (busy.isEmpty()) {
				return null;
			}
			if (System.nanoTime() - start > this.patience.toNanos()) {
				return "after %s of real time, %s".formatted(this.patience, String.join(", ", busy));
			}
			pause();
		}
	}

	/**
	 * Lists what is not done. The tasks of the present are last: work that has ended
	 * outside of the node since time has passed may have added one.
	 */
	private List<String> busy() {
		List<String> busy = new ArrayList<>(this.busy.get());
		if (Duration.ZERO.equals(this.time.untilNext())) {
			busy.add("a task of the present has not begun");
		}
		return busy;
	}

	static void pause() {
		try {
			Thread.sleep(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while waiting for the server", ex);
		}
	}

	@Override
	public void handle() {
		this.time.advance(Duration.ZERO);
	}

	@Override
	public void advance(Duration duration) {
		this.time.advance(duration);
	}

}

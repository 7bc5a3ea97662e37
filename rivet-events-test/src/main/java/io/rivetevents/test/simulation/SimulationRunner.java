/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.scheduler.NonBlocking;

import io.rivetevents.test.simulation.actors.SimulatedActors;

/**
 * Runs a simulation with one seed after the other, on a thread of its own.
 */
final class SimulationRunner {

	/** Real time after which a run counts as blocked. */
	private static final long MAX_MILLIS = 60_000;

	private final SimulatedActors actors;

	private final SimulationSettings settings;

	private final Body body;

	private volatile @Nullable Throwable failure;

	private long hash;

	/** What is simulated. */
	@FunctionalInterface
	interface Body {

		/**
		 * Describes and runs a simulation.
		 * @param simulation the simulation of one seed
		 * @throws Throwable if the seed fails
		 */
		void run(Simulation simulation) throws Throwable;

	}

	/** Blocking fails here, because the work that it would wait for is in this thread. */
	private static final class SimulationThread extends Thread implements NonBlocking {

		SimulationThread(Runnable work) {
			super(work, "rivet-simulation");
			setDaemon(true);
		}

	}

	SimulationRunner(SimulatedActors actors, SimulationSettings settings, Body body) {
		this.actors = actors;
		this.settings = settings;
		this.body = body;
	}

	/**
	 * Runs seeds, up to the first one that fails.
	 * @param first the first seed
	 * @param count number of seeds
	 * @return hash of the traces of all runs
	 * @throws SimulationFailure if a seed fails
	 */
	long run(long first, int count) throws InterruptedException {
		Assert.isTrue(count > 0, "At least one seed is needed");
		for (int i = 0; i < count && this.failure == null; i++) {
			runAlone(first + i);
		}
		Throwable failure = this.failure;
		if (failure instanceof Error error) {
			throw error;
		}
		if (failure != null) {
			throw new IllegalStateException(failure);
		}
		return this.hash;
	}

	/**
	 * Runs a seed on a thread of its own: a process that is killed leaves the values of
	 * its thread behind.
	 */
	private void runAlone(long seed) throws InterruptedException {
		Thread thread = new SimulationThread(() -> {
			try {
				runOne(seed);
			}
			catch (Throwable ex) {
				this.failure = ex;
			}
		});
		thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
		thread.start();
		thread.join(MAX_MILLIS);
		if (thread.isAlive()) {
			AssertionError blocked = new AssertionError(
					"Seed %d blocks: actions must not wait for other work".formatted(seed));
			blocked.setStackTrace(thread.getStackTrace());
			thread.interrupt();
			throw blocked;
		}
	}

	private void runOne(long seed) {
		Simulation simulation = new Simulation(seed, this.actors, this.settings);
		Thread.currentThread()
			.setUncaughtExceptionHandler((thread, ex) -> simulation.violations()
				.add(new AssertionError("A task of the server has failed: " + ex, ex)));
		try {
			this.body.run(simulation);
			simulation.end();
		}
		catch (Throwable ex) {
			throw new SimulationFailure(seed, simulation.trace(), ex);
		}
		this.hash = 31 * this.hash + simulation.trace().hash();
	}

}

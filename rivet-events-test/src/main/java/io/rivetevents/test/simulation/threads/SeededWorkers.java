/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.threads;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.scheduling.WakeupBatches;

/**
 * The threads of a simulation: one thread, on which a seeded choice among all waiting
 * tasks decides which one runs next. Tasks of one line keep their order, as those of one
 * thread; all others may run in any order, as on several threads.
 */
public final class SeededWorkers {

	private final Random random;

	private final Trace trace;

	/** Lines that have a task; an unordered task is a line of its own. */
	private final List<Line> ready = new ArrayList<>();

	/** Lines that have a task but whose process is paused. */
	private final Map<Lifetime, List<Line>> paused = new LinkedHashMap<>();

	public SeededWorkers(Random random, Trace trace) {
		this.random = random;
		this.trace = trace;
	}

	/** Returns a scheduler of tasks in any order. */
	public Scheduler scheduler(Lifetime lifetime) {
		return Schedulers.fromExecutor((task) -> add(lifetime, task));
	}

	/** Adds a task that may run in any order. */
	public void add(Lifetime lifetime, Runnable task) {
		new Line(lifetime).execute(task);
	}

	/** Returns an executor whose tasks run one by one in their order. */
	public Executor line(Lifetime lifetime) {
		return new Line(lifetime);
	}

	/** Stops the tasks of a process, until {@link #resume}. */
	public void pause(Lifetime lifetime) {
		List<Line> lines = new ArrayList<>(this.ready.stream().filter((line) -> line.lifetime == lifetime).toList());
		this.ready.removeAll(lines);
		this.paused.put(lifetime, lines);
	}

	/** Continues with the tasks of a process that is paused. */
	public void resume(Lifetime lifetime) {
		List<Line> lines = this.paused.remove(lifetime);
		if (lines != null) {
			this.ready.addAll(lines);
		}
	}

	/** Returns the lines of a process that have a task. */
	private List<Line> waiting(Lifetime lifetime) {
		return this.paused.getOrDefault(lifetime, this.ready);
	}

	public boolean isIdle() {
		return this.ready.isEmpty();
	}

	/** Runs one of the waiting tasks; at least one must wait. */
	public void runNext() {
		int choice = (this.ready.size() == 1) ? 0 : this.random.nextInt(this.ready.size());
		this.trace.mix(choice);
		Line line = this.ready.get(choice);
		Runnable task = line.tasks.remove();
		if (line.tasks.isEmpty()) {
			this.ready.remove(choice);
		}
		line.run(task);
	}

	/** Tasks in their order. */
	private final class Line implements Executor {

		private final Lifetime lifetime;

		private final Queue<Runnable> tasks = new ArrayDeque<>(2);

		/** The burst of wake-ups that has begun on the simulated thread. */
		private @Nullable Object burst;

		Line(Lifetime lifetime) {
			this.lifetime = lifetime;
		}

		private void run(Runnable task) {
			if (this.lifetime.isOver()) {
				return;
			}
			WakeupBatches.attach(this.burst);
			try {
				task.run();
			}
			finally {
				this.burst = WakeupBatches.detach();
			}
		}

		@Override
		public void execute(Runnable task) {
			if (this.lifetime.isOver()) {
				return;
			}
			if (this.tasks.isEmpty()) {
				waiting(this.lifetime).add(this);
			}
			this.tasks.add(task);
		}

	}

}

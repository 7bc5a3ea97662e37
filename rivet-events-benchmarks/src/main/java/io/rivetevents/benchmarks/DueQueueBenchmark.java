/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.scheduling.DueQueue;

/**
 * Reschedules one entry of a queue of due times with 100,000 entries: to a later time,
 * which each turn does several times, and to an earlier one, which moves the entry.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DueQueueBenchmark {

	private static final int ENTRIES = 100_000;

	private final Scheduler timers = Schedulers.newSingle("timers", true);

	private final DueQueue queue = new DueQueue(this.timers);

	private final long start = this.timers.now(TimeUnit.NANOSECONDS) + TimeUnit.HOURS.toNanos(1);

	private final DueQueue.Entry armed = this.queue.register((now) -> {
	});

	private final DueQueue.Entry moving = this.queue.register((now) -> {
	});

	private long time = this.start + TimeUnit.HOURS.toNanos(1);

	@Setup
	public void fill() {
		this.queue.start();
		for (int i = 0; i < ENTRIES; i++) {
			this.queue.register((now) -> {
			}).arm(this.start + i);
		}
		this.armed.arm(this.start);
	}

	@TearDown
	public void close() {
		this.timers.dispose();
	}

	@Benchmark
	public void armAgain() {
		this.armed.arm(this.time);
	}

	@Benchmark
	public void armEarlier() {
		this.moving.arm(--this.time);
	}

}

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
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Calls of a connected client, from the decoded message to the response before it is
 * encoded: mailbox, turn, arguments, action, result. A single call includes waking a
 * worker and then the caller; the mailbox runs the calls of a batch in sequence.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DispatchBenchmark {

	private static final int BATCH = 64;

	private static final String TEXT = "x".repeat(100);

	private final AnswerCounter client = new AnswerCounter();

	private final BenchmarkRuntime runtime = new BenchmarkRuntime();

	private String connectionId = "";

	@Setup
	public void connect() {
		this.connectionId = this.runtime.connect(this.client);
	}

	@TearDown
	public void close() {
		this.runtime.close();
	}

	@Benchmark
	public void single() {
		this.runtime.call(this.connectionId, "echo", TEXT);
		this.client.await(1);
	}

	@Benchmark
	@OperationsPerInvocation(BATCH)
	public void batch() {
		for (int i = 0; i < BATCH; i++) {
			this.runtime.call(this.connectionId, "echo", TEXT);
		}
		this.client.await(BATCH);
	}

}

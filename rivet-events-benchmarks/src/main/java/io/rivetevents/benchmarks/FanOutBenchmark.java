/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import io.rivetevents.protocol.encoding.Encoding;

/**
 * One broadcast, from the call of the action until the event has passed the queue of each
 * subscriber. It includes the single call that {@link DispatchBenchmark} measures.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FanOutBenchmark {

	private static final String TEXT = "x".repeat(100);

	@Param({ "10", "1000" })
	private int connections = 10;

	/** Whether the delivery log is on. */
	@Param({ "false", "true" })
	private boolean recorded;

	private final AnswerCounter caller = new AnswerCounter();

	private List<DrainedClient> subscribers = List.of();

	private @Nullable BenchmarkRuntime runtime;

	private String callerId = "";

	@Setup
	public void connect() {
		BenchmarkRuntime runtime = new BenchmarkRuntime("rivet.events.deliveries.recorded=" + this.recorded);
		this.runtime = runtime;
		this.subscribers = Stream.generate(() -> new DrainedClient(Encoding.JSON)).limit(this.connections).toList();
		for (DrainedClient subscriber : this.subscribers) {
			runtime.subscribe(runtime.connect(subscriber.outbound()));
		}
		this.callerId = runtime.connect(this.caller);
		checkThatAllAreReached();
	}

	private void checkThatAllAreReached() {
		long before = bytes();
		broadcast();
		if (bytes() - before < (long) this.connections * TEXT.length()) {
			throw new IllegalStateException("Not all subscribers have received the event");
		}
	}

	private long bytes() {
		return this.subscribers.stream().mapToLong(DrainedClient::bytes).sum();
	}

	private BenchmarkRuntime runtime() {
		return Objects.requireNonNull(this.runtime);
	}

	@TearDown
	public void close() {
		runtime().close();
	}

	@Benchmark
	public void broadcast() {
		runtime().call(this.callerId, "say", TEXT);
		this.caller.await(1);
	}

}

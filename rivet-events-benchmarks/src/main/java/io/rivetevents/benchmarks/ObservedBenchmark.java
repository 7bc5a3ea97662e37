/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
 * What meters, MDC and observations cost for one call of an action that broadcasts to one
 * subscriber, all on the thread of the call. 10 % of the traces are sampled. Requires a
 * module that is packaged with the profile {@code observed}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class ObservedBenchmark {

	private static final String TEXT = "x".repeat(100);

	@Param
	private Observed observed = Observed.NOTHING;

	private final AnswerCounter caller = new AnswerCounter();

	private @Nullable BenchmarkRuntime runtime;

	private String callerId = "";

	/** What is switched on: parts of the names of auto-configurations. */
	public enum Observed {

		/** Nothing. */
		NOTHING,

		/** Meters, with Prometheus. */
		METERS("Metrics"),

		/** Values of the MDC. */
		MDC("Mdc"),

		/** Observations, with OpenTelemetry. */
		TRACES("Tracing"),

		/** All of them. */
		ALL("Metrics", "Mdc", "Tracing");

		private final Set<String> parts;

		Observed(String... parts) {
			this.parts = Set.of(parts);
		}

		private String excluded() {
			return Stream.of("Metrics", "Mdc", "Tracing")
				.filter((part) -> !this.parts.contains(part))
				.map("io.rivetevents.autoconfigure.observation.RivetEvents%sAutoConfiguration"::formatted)
				.collect(Collectors.joining(","));
		}

	}

	@Setup
	public void connect() {
		BenchmarkRuntime runtime = new BenchmarkRuntime("spring.autoconfigure.exclude=" + this.observed.excluded(),
				"management.tracing.sampling.probability=0.1", "rivet.events.tracing.events=true");
		this.runtime = runtime;
		runtime.requireTracer();
		runtime.subscribe(runtime.connect(new DrainedClient(Encoding.JSON).outbound()));
		this.callerId = runtime.connect(this.caller);
	}

	@TearDown
	public void close() {
		runtime().close();
	}

	private BenchmarkRuntime runtime() {
		return Objects.requireNonNull(this.runtime);
	}

	@Benchmark
	public void broadcast() {
		runtime().call(this.callerId, "sayAtOnce", TEXT);
		this.caller.await(1);
	}

}

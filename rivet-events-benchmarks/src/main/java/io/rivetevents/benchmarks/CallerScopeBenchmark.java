/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.security.SecurityContextDecorator;

/**
 * Measures the cost of setting and restoring the caller of a call: the scope of its turn,
 * without a caller, and within it the scope of the method. Most methods never read the
 * caller.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class CallerScopeBenchmark {

	private static final Authentication ADA = UsernamePasswordAuthenticationToken.authenticated("ada", null, List.of());

	private static final Supplier<Object> UNREAD = () -> ADA;

	private static final Supplier<Object> READ = SecurityContextHolder::getContext;

	private final CallerScope scope = new SecurityContextDecorator(SecurityContextHolder.getContextHolderStrategy());

	@Param({ "false", "true" })
	private boolean signedIn;

	@Benchmark
	public Object unread() {
		return turn(UNREAD);
	}

	@Benchmark
	public Object read() {
		return turn(READ);
	}

	private Object turn(Supplier<Object> method) {
		@Nullable Authentication caller = this.signedIn ? ADA : null;
		try (CallerScope.Restoration turn = this.scope.enter(null);
				CallerScope.Restoration call = this.scope.enter(caller)) {
			return method.get();
		}
	}

	/** The state between the turns of a worker. */
	@Benchmark
	public Object nextTurn() {
		this.scope.reset();
		return this.scope.call(this.signedIn ? ADA : null, UNREAD);
	}

}

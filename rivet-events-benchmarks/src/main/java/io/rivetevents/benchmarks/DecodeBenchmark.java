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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Codec;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Reads a call of a client.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DecodeBenchmark {

	@Param({ "JSON", "CBOR", "BARE" })
	private Encoding encoding = Encoding.JSON;

	private byte[] frame = {};

	@Setup
	public void makeFrame() {
		this.frame = Samples.actionRequest(this.encoding);
	}

	@Benchmark
	public ToServer actionRequest() {
		Codec codec = this.encoding.codec();
		return codec.decode(this.frame);
	}

}

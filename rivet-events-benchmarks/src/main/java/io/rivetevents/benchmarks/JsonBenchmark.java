/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Codec;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Compares the project's JSON reader and writer with Jackson's streaming API.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class JsonBenchmark {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private static final String TEXT_LINE = "The harbour is quiet today, said \"ada\", and kept on reading.\n";

	private static final Codec CODEC = Encoding.JSON.codec();

	private final JacksonMessages jackson = new JacksonMessages();

	@Param
	private Size size = Size.SMALL;

	private byte[] frame = {};

	private ToClient.Event event = Samples.event();

	/** The size and kind of the arguments. */
	public enum Size {

		/** 100 bytes. */
		SMALL,

		/** 2 KB of objects with numbers and texts, some of them not ASCII. */
		LARGE,

		/** A text of 2 KB with line breaks and quotes, all ASCII. */
		TEXT,

		/**
		 * 2 KB of coordinates, counts and times, a tenth of them with 16 or 17 digits.
		 */
		NUMBERS;

		ArrayNode args() {
			return switch (this) {
				case SMALL -> small();
				case LARGE -> large();
				case TEXT -> NODES.arrayNode().add("ada").add(TEXT_LINE.repeat(32));
				case NUMBERS -> numbers();
			};
		}

	}

	@Setup
	public void makeMessages() {
		ArrayNode args = this.size.args();
		this.event = new ToClient.Event("messageReceived", List.copyOf(args.values()));
		this.frame = "{\"body\":{\"tag\":\"ActionRequest\",\"val\":{\"id\":[\"$BigInt\",\"7\"],\"name\":\"sendMessage\",\"args\":%s}}}"
			.formatted(args)
			.getBytes(StandardCharsets.UTF_8);
		if (!CODEC.decode(this.frame).equals(this.jackson.read(this.frame))
				|| !Arrays.equals(CODEC.encode(this.event), this.jackson.write(this.event))) {
			throw new IllegalStateException("The messages differ");
		}
	}

	private static ArrayNode small() {
		ArrayNode args = NODES.arrayNode().add("ada");
		args.addObject()
			.put("id", 48213)
			.put("text", "How do you do? I have been away for a while.")
			.put("mood", 0.75)
			.put("pinned", true);
		return args;
	}

	private static ArrayNode large() {
		ArrayNode args = NODES.arrayNode();
		ArrayNode players = args.addObject().put("map", "harbour").put("tick", 1_700_000_123_456L).putArray("players");
		for (int i = 0; i < 16; i++) {
			ObjectNode player = players.addObject()
				.put("id", 1000 + i * 37)
				.put("name", (i % 4 == 0) ? "Zoë Müller" : "player number " + i)
				.put("x", 12.5 + i * 0.1)
				.put("y", -3.25 * i)
				.put("health", 100 - i)
				.put("alive", i % 5 != 0);
			player.put("said", (i % 3 == 0) ? "\"well\"\n" : "nothing at all, for now");
		}
		return args;
	}

	private static ArrayNode numbers() {
		ArrayNode numbers = NODES.arrayNode();
		Random random = new Random(42);
		for (int i = 0; i < 40; i++) {
			numbers.add(random.nextInt(2000) / 100.0)
				.add(-random.nextInt(1_000_000) / 1000.0)
				.add(random.nextInt(100))
				.add(1_700_000_000_000L + random.nextInt());
			if (i % 3 == 0) {
				numbers.add(random.nextGaussian());
			}
		}
		return NODES.arrayNode().add(numbers);
	}

	@Benchmark
	public ToServer readAction() {
		return CODEC.decode(this.frame);
	}

	@Benchmark
	public ToServer readActionWithJackson() {
		return this.jackson.read(this.frame);
	}

	@Benchmark
	public byte[] writeBroadcast() {
		return CODEC.encode(this.event);
	}

	@Benchmark
	public byte[] writeBroadcastWithJackson() {
		return this.jackson.write(this.event);
	}

}

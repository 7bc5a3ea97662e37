/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
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
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.ConnectRequestCodec;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.FrameCodec;
import io.rivetevents.cluster.frame.Operation;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;

/**
 * Writes and reads what nodes send to each other, compared with the same records in CBOR
 * by Jackson, which writes the names of their fields.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameBenchmark {

	private static final ActorAddress ADDRESS = ActorAddress.of("chatRoom", "general");

	/** The frame that is sent. */
	@Param
	private Kind kind = Kind.EVENT;

	private final FrameCodec codec = new FrameCodec(new ConnectRequestCodec(PrincipalCodec.BY_NAME));

	private final ObjectMapper mapper = CBORMapper.builder()
		.addMixIn(Frame.class, Named.class)
		.addMixIn(ToClient.class, Named.class)
		.addMixIn(ToServer.class, Named.class)
		.addMixIn(Operation.class, Named.class)
		.addMixIn(ActorTarget.class, Named.class)
		.addMixIn(ActorKey.class, Key.class)
		.registerSubtypes(Frame.Send.class, Frame.Deliver.class, Frame.Request.class, ToClient.Event.class,
				ToServer.ActionRequest.class, Operation.Call.class, ActorTarget.Get.class)
		.build();

	/** In turns, because the codec writes an event once for all nodes. */
	private Frame[] frames = {};

	private byte[] frame = {};

	private byte[] cbor = {};

	private int next;

	/**
	 * The frames that carry most of the traffic.
	 */
	public enum Kind {

		/** An event for 25 clients of one node. */
		EVENT,

		/** A call of a client to the node of its actor. */
		DELIVER,

		/** A call of other code to the node of the actor. */
		REQUEST

	}

	/** The simple name of the record beside its fields. */
	@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME)
	private interface Named {

	}

	/** A key as its text. */
	private interface Key {

		@JsonValue
		String serialize();

		@JsonCreator
		static @Nullable ActorKey parse(@Nullable String serialized) {
			throw new UnsupportedOperationException();
		}

	}

	/**
	 * Creates the frames, and checks that both codecs keep them.
	 */
	@Setup
	public void create() {
		this.frames = new Frame[] { example(), example() };
		this.frame = this.codec.encode(this.frames[0]);
		this.cbor = this.mapper.writeValueAsBytes(this.frames[0]);
		if (!this.frames[0].equals(read()) || !this.frames[0].equals(jacksonRead())) {
			throw new IllegalStateException("A codec has changed " + this.frames[0]);
		}
		System.out.printf("%s: %d bytes, Jackson %d%n", this.kind, this.frame.length, this.cbor.length);
	}

	private Frame example() {
		return switch (this.kind) {
			case EVENT -> new Frame.Send(ids(),
					new ToClient.Event("messageReceived", Samples.event().args(), new Position(id(0), 42), Set.of()),
					true);
			case DELIVER -> new Frame.Deliver(ADDRESS, id(1), Samples.actionRequest());
			case REQUEST ->
				new Frame.Request(7, new Operation.Call(new ActorTarget.Get(ADDRESS), null, Samples.actionRequest()));
		};
	}

	private static List<String> ids() {
		return IntStream.range(0, 25).mapToObj(FrameBenchmark::id).toList();
	}

	private static String id(int number) {
		return new UUID(0x123456789abc4defL, 0x8000000000000000L + number).toString();
	}

	private Frame nextFrame() {
		this.next = 1 - this.next;
		return this.frames[this.next];
	}

	@Benchmark
	public byte[] write() {
		return this.codec.encode(nextFrame());
	}

	@Benchmark
	public @Nullable Frame read() {
		return this.codec.decode(this.frame, 0);
	}

	@Benchmark
	public byte[] jacksonWrite() {
		return this.mapper.writeValueAsBytes(nextFrame());
	}

	@Benchmark
	public Frame jacksonRead() {
		return this.mapper.readValue(this.cbor, Frame.class);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

class PublisherWriterTests extends AbstractSocketWriterTests {

	private final EmbeddedChannel channel = frozen();

	private final Limits limits = Limits.defaults();

	private final ChannelWriters outlets = new ChannelWriters(this.limits);

	private final Stack stack = new Stack();

	@Test
	void givesNoMoreThanIsAskedFor() {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		outlet.queue().send(event("a"));
		runPending();
		assertThat(taken()).isEmpty();
		this.stack.request(2);
		runPending();
		assertThat(taken()).containsExactly(text("a"));
		outlet.queue().send(event("b"));
		runPending();
		outlet.queue().send(event("c"));
		runPending();
		assertThat(taken()).containsExactly(text("a"), text("b"));
	}

	@Test
	void givesMuchInSeveralGoes() {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		this.bursts.run(() -> {
			for (int i = 0; i < 9; i++) {
				outlet.queue().send(event("x".repeat(15_000)));
			}
		});
		runPending();
		assertThat(this.stack.batches).extracting(List::size).containsExactly(5, 4);
	}

	@Test
	void givesWhatWaitedBeforeItIsSubscribedTo() {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		runPending();
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		assertThat(taken()).containsExactly(text("a"));
	}

	@Test
	void writesPastTheQueue() {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		outlet.write("now".getBytes(StandardCharsets.UTF_8));
		assertThat(taken()).containsExactly("now");
	}

	@Test
	void completes() {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		outlet.queue().send(event("a"));
		outlet.complete();
		runPending();
		assertThat(outlet.isClosed()).isTrue();
		assertThat(this.stack.completed).isTrue();
		assertThat(taken()).isEmpty();
	}

	@Override
	SocketWriter quick(Encoding encoding, SocketWriter.Ending ending) {
		PublisherWriter outlet = outlet(encoding, ending);
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		return outlet;
	}

	@Override
	SocketWriter slow(Encoding encoding, SocketWriter.Ending ending) {
		PublisherWriter outlet = outlet(encoding, ending);
		outlet.messages().subscribe(this.stack);
		this.stack.request(1);
		runPending();
		return outlet;
	}

	@Override
	void takeMore() {
		this.stack.requestUnbounded();
	}

	@Override
	void runPending() {
		this.channel.runPendingTasks();
	}

	@Override
	List<String> taken() {
		return this.stack.batches.stream()
			.flatMap(List::stream)
			.map((bytes) -> new String(bytes, StandardCharsets.UTF_8))
			.toList();
	}

	@Override
	int goes() {
		return this.stack.batches.size();
	}

	private static EmbeddedChannel frozen() {
		EmbeddedChannel channel = new EmbeddedChannel();
		channel.freezeTime();
		return channel;
	}

	private PublisherWriter outlet(Encoding encoding, SocketWriter.Ending ending) {
		PublisherWriter outlet = new PublisherWriter(this.channel, encoding, LIMITS, this.outlets, ending);
		this.stack.outlet = outlet;
		return outlet;
	}

	/** It asks for many: what it keeps would be bounded by nothing. */
	@Test
	void givesNoMoreThanIsPassedOn() {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		this.stack.keeps = true;
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		for (int i = 0; i < 5; i++) {
			outlet.queue().send(event("x".repeat(100_000)));
			runPending();
		}
		assertThat(this.stack.batches).hasSize(1);
		assertThat(this.limits.sending().used()).isBetween(100_000L, 110_000L);
		assertThat(outlet.queue().queuedBytes()).isGreaterThan(400_000);
		this.stack.passOn();
		runPending();
		assertThat(this.stack.batches).hasSize(2);
		this.stack.keeps = false;
		this.stack.passOn();
		runPending();
		assertThat(this.stack.batches).hasSize(5);
		this.channel.advanceTimeBy(1, TimeUnit.SECONDS);
		runPending();
		assertThat(this.limits.sending().used()).isZero();
	}

	@ParameterizedTest
	@MethodSource("io.rivetevents.transport.netty.ChannelWriterTests#failures")
	void closesASocketThatCannotBeWrittenTo(Throwable failure) {
		PublisherWriter outlet = outlet(Encoding.JSON, this::end);
		this.stack.failure = failure;
		outlet.messages().subscribe(this.stack);
		this.stack.requestUnbounded();
		runPending();
		outlet.queue().send(event("a"));
		runPending();
		if (failure instanceof VirtualMachineError) {
			assertThat(outlet.isClosed()).isTrue();
			assertThat(this.channel.isOpen()).isFalse();
		}
		else {
			assertThat(this.stack.failed).isTrue(); // by the operators of Reactor
		}
	}

	@Override
	boolean isOpen() {
		return this.channel.isOpen();
	}

	/** A web stack that asks when the test says so. */
	private static final class Stack extends BaseSubscriber<List<byte[]>> {

		private final List<List<byte[]>> batches = new ArrayList<>();

		private final List<ByteBuf> kept = new ArrayList<>();

		private PublisherWriter outlet;

		private Throwable failure;

		private boolean keeps;

		private boolean completed;

		private boolean failed;

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
		}

		@Override
		protected void hookOnNext(List<byte[]> batch) {
			if (this.failure != null) {
				TestWire.sneakyThrow(this.failure);
			}
			this.batches.add(batch);
			batch.forEach((message) -> this.kept.add(this.outlet.wrap(message)));
			if (!this.keeps) {
				passOn();
			}
		}

		void passOn() {
			List<ByteBuf> released = List.copyOf(this.kept);
			this.kept.clear();
			released.forEach(ByteBuf::release);
		}

		@Override
		protected void hookOnError(Throwable ex) {
			this.failed = true;
		}

		@Override
		protected void hookOnComplete() {
			this.completed = true;
		}

	}

}

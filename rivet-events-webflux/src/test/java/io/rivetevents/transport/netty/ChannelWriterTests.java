/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;

class ChannelWriterTests extends AbstractSocketWriterTests {

	private final TestWire wire = new TestWire();

	private final ChannelWriters outlets = new ChannelWriters(Limits.defaults());

	@AfterEach
	void leavesNoBuffer() {
		this.wire.close();
		assertThat(this.wire.written()).allMatch((bytes) -> bytes.refCnt() == 0);
		assertThat(this.wire.usedMemory()).isZero();
	}

	@Test
	void writesABurstAsOneBuffer() {
		ChannelWriter outlet = outlet(TestWire.LINES);
		this.bursts.run(() -> {
			outlet.queue().send(event("a"));
			outlet.queue().send(event("b"));
			this.wire.run();
			assertThat(this.wire.written()).isEmpty();
		});
		this.wire.run();
		assertThat(this.wire.written()).hasSize(1);
		assertThat(this.wire.flushes()).isOne();
	}

	@Test
	void writesMuchAsSeveralBuffersAndFlushesOnce() {
		ChannelWriter outlet = outlet(TestWire.LINES);
		this.bursts.run(() -> {
			for (int i = 0; i < 4; i++) {
				outlet.queue().send(event("x".repeat(100 * 1024)));
			}
		});
		this.wire.run();
		assertThat(this.wire.written()).hasSize(2);
		assertThat(this.wire.flushes()).isOne();
		assertThat(this.wire.sent()).hasSize(4);
	}

	@Test
	void flushesNothingWhenThereIsNothing() {
		ChannelWriter outlet = outlet(TestWire.LINES);
		outlet.wake();
		this.wire.run();
		assertThat(this.wire.flushes()).isZero();
	}

	@Test
	void sharesTheBytesOfTheSameMessages() {
		ChannelWriter first = outlet(TestWire.LINES);
		ChannelWriter second = outlet(TestWire.LINES);
		sendToBoth(first, second, event("a"), event("b"));
		this.wire.run();
		List<ByteBuf> written = this.wire.written();
		assertThat(written).hasSize(2);
		assertThat(written.get(0).memoryAddress()).isEqualTo(written.get(1).memoryAddress());
		assertThat(this.wire.usedMemory()).isEqualTo(text("a").length() + text("b").length() + 2L);
		assertThat(this.wire.sent()).containsExactly(text("a"), text("b"), text("a"), text("b"));
		this.wire.advance(1_000);
		assertThat(this.wire.usedMemory()).isZero();
	}

	@Test
	void sharesNothingAcrossFramings() {
		ChannelWriter first = outlet(TestWire.LINES);
		ChannelWriter second = outlet(new Tabs());
		sendToBoth(first, second, event("a"));
		this.wire.run();
		assertThat(this.wire.sent()).containsExactly(text("a"), text("a") + "\t");
	}

	@Test
	void sharesNothingAcrossMessages() {
		ChannelWriter first = outlet(TestWire.LINES);
		ChannelWriter second = outlet(TestWire.LINES);
		OutgoingMessage common = event("common");
		this.bursts.run(() -> {
			first.queue().send(common);
			first.queue().send(event("a"));
			second.queue().send(common);
			second.queue().send(event("b"));
		});
		this.wire.run();
		assertThat(this.wire.sent()).containsExactly(text("common"), text("a"), text("common"), text("b"));
	}

	@Test
	void keepsLongBytesForAMoment() {
		ChannelWriter first = outlet(TestWire.LINES);
		ChannelWriter second = outlet(TestWire.LINES);
		OutgoingMessage message = event("x".repeat(20_000));
		first.queue().send(message);
		this.wire.run();
		this.wire.sent();
		long used = this.wire.usedMemory();
		assertThat(used).isPositive();
		second.queue().send(message);
		this.wire.run();
		assertThat(this.wire.usedMemory()).isEqualTo(used);
		assertThat(this.wire.sent()).hasSize(2);
		this.wire.advance(1_000);
		assertThat(this.wire.usedMemory()).isZero();
	}

	@Test
	void keepsFewLongBytes() {
		ChannelWriter outlet = outlet(TestWire.LINES);
		for (int i = 0; i < 20; i++) {
			outlet.queue().send(event("x".repeat(20_000)));
			this.wire.run();
			assertThat(this.wire.sent()).hasSize(i + 1);
		}
		assertThat(this.wire.usedMemory()).isBetween(1L, 100_000L);
	}

	@Test
	void servesOutletsInTheOrderInWhichTheyCame() {
		ChannelWriter first = outlet(TestWire.LINES);
		ChannelWriter second = outlet(TestWire.LINES);
		ChannelWriter third = outlet(TestWire.LINES);
		this.bursts.run(() -> {
			first.queue().send(event("a"));
			second.queue().send(event("b"));
			third.queue().send(event("c"));
			first.queue().send(event("d"));
		});
		this.wire.run();
		assertThat(this.wire.sent()).containsExactly(text("a"), text("d"), text("b"), text("c"));
	}

	@Test
	void flushesWhatIsWrittenPastTheQueueWithWhatFollows() {
		ChannelWriter outlet = outlet(TestWire.LINES);
		outlet.write("now".getBytes(StandardCharsets.UTF_8));
		assertThat(this.wire.flushes()).isZero();
		outlet.queue().send(event("a"));
		this.wire.run();
		assertThat(this.wire.flushes()).isOne();
		assertThat(this.wire.sent()).containsExactly("now", text("a"));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void closesASocketThatCannotBeWrittenTo(Throwable failure) {
		ChannelWriter outlet = outlet(new Broken(failure));
		outlet.queue().send(event("a"));
		this.wire.run();
		assertThat(outlet.isClosed()).isTrue();
		assertThat(this.wire.channel().isOpen()).isFalse();
		assertThat(outlet.queue().closeReason()).isEqualTo(CloseReason.of(ErrorCode.INTERNAL_ERROR));
		assertThat(outlet.queue().send(event("b"))).isEqualTo(Outbound.Outcome.CLOSED);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void closesASocketThatGetsNoBuffer(Throwable failure) {
		ChannelWriter outlet = outlet(TestWire.LINES);
		this.wire.failAllocations(failure);
		outlet.queue().send(event("a"));
		this.wire.run();
		assertThat(outlet.isClosed()).isTrue();
		assertThat(this.wire.channel().isOpen()).isFalse();
		assertThat(outlet.queue().closeReason()).isEqualTo(CloseReason.of(ErrorCode.INTERNAL_ERROR));
	}

	static Stream<Throwable> failures() {
		return Stream.of(new IllegalStateException("injected"), new OutOfMemoryError("injected"),
				new StackOverflowError("injected"));
	}

	@Override
	SocketWriter quick(Encoding encoding, SocketWriter.Ending ending) {
		return outlet(TestWire.LINES, encoding, ending);
	}

	@Override
	SocketWriter slow(Encoding encoding, SocketWriter.Ending ending) {
		this.wire.hold();
		return outlet(TestWire.LINES, encoding, ending);
	}

	@Override
	void takeMore() {
		this.wire.letGo();
	}

	@Override
	void runPending() {
		this.wire.run();
	}

	@Override
	List<String> taken() {
		return this.wire.sent();
	}

	@Override
	boolean isOpen() {
		return this.wire.channel().isOpen();
	}

	@Override
	int goes() {
		return this.wire.flushes();
	}

	private ChannelWriter outlet(Framing framing) {
		return outlet(framing, Encoding.JSON, this::end);
	}

	private ChannelWriter outlet(Framing framing, Encoding encoding, SocketWriter.Ending ending) {
		return this.wire.connect(new ChannelWriter(this.wire.codec(), framing, encoding, LIMITS, this.outlets, ending));
	}

	private void sendToBoth(ChannelWriter first, ChannelWriter second, OutgoingMessage... messages) {
		this.bursts.run(() -> {
			for (OutgoingMessage message : messages) {
				first.queue().send(message);
				second.queue().send(message);
			}
		});
	}

	/** Lines that end with a tab. */
	private static final class Tabs implements Framing {

		@Override
		public int size(byte[] message) {
			return message.length + 2;
		}

		@Override
		public void write(byte[] message, ByteBuf out) {
			out.writeBytes(message).writeByte('\t').writeByte('\n');
		}

	}

	/** Writes a part, and then no more. */
	record Broken(Throwable failure) implements Framing {

		@Override
		public int size(byte[] message) {
			return message.length;
		}

		@Override
		public void write(byte[] message, ByteBuf out) {
			out.writeByte(message[0]);
			TestWire.sneakyThrow(this.failure);
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.outbound.Outbound;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for any outlet. The thread of the socket is that of the test: it does what
 * it is to do when the test says so.
 */
abstract class AbstractSocketWriterTests {

	static final OutboundQueue.Limits LIMITS = new OutboundQueue.Limits(2_000_000, 1_000_000);

	final WakeupBatches bursts = new WakeupBatches(VirtualTimeScheduler.create());

	private final List<End> ends = new ArrayList<>();

	/** An outlet whose socket takes all. */
	abstract SocketWriter quick(Encoding encoding, SocketWriter.Ending ending);

	/** An outlet whose socket takes the first that it is given, and then no more. */
	abstract SocketWriter slow(Encoding encoding, SocketWriter.Ending ending);

	/** The socket takes all from now on. */
	abstract void takeMore();

	/** The thread of the socket does what it has been given to do. */
	abstract void runPending();

	/** The messages that the socket was given. */
	abstract List<String> taken();

	/** Whether the socket is still open. */
	abstract boolean isOpen();

	/** In how many goes. */
	abstract int goes();

	@Test
	void movesABurstInOneGo() {
		SocketWriter outlet = quick(Encoding.JSON, this::end);
		this.bursts.run(() -> {
			outlet.queue().send(event("a"));
			outlet.queue().send(event("b"));
			outlet.queue().send(event("c"));
		});
		runPending();
		assertThat(taken()).containsExactly(text("a"), text("b"), text("c"));
		assertThat(goes()).isOne();
		assertThat(outlet.queue().isEmpty()).isTrue();
	}

	@Test
	void movesWhatHasComeSinceItWasWoken() {
		SocketWriter outlet = quick(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		outlet.queue().send(event("b"));
		runPending();
		assertThat(goes()).isOne();
		outlet.queue().send(event("c"));
		runPending();
		assertThat(goes()).isEqualTo(2);
		assertThat(taken()).containsExactly(text("a"), text("b"), text("c"));
	}

	@Test
	void doesNotLetMuchWaitForTheEndOfABurst() {
		SocketWriter outlet = quick(Encoding.JSON, this::end);
		this.bursts.run(() -> {
			OutgoingMessage message = event("x".repeat(900_000));
			assertThat(outlet.queue().send(message)).isEqualTo(Outbound.Outcome.QUEUED);
			runPending();
			assertThat(taken()).hasSize(1);
		});
	}

	@Test
	void keepsWhatIsNotTaken() {
		SocketWriter outlet = slow(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		runPending();
		outlet.queue().send(event("b"));
		outlet.queue().send(event("c"));
		runPending();
		assertThat(outlet.queue().queuedBytes())
			.isEqualTo(text("b").length() + text("c").length() + 2 * Outbound.OVERHEAD);
		takeMore();
		runPending();
		assertThat(taken()).containsExactly(text("a"), text("b"), text("c"));
		assertThat(outlet.queue().isEmpty()).isTrue();
	}

	@Test
	void endsOnceAfterWhatWaits() {
		SocketWriter outlet = slow(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		runPending();
		outlet.queue().send(event("b"));
		outlet.queue().close(CloseReason.disconnected("bye"));
		runPending();
		assertThat(this.ends).isEmpty();
		assertThat(outlet.isClosed()).isFalse();
		takeMore();
		runPending();
		assertThat(taken()).containsExactly(text("a"), text("b"));
		assertThat(this.ends).containsExactly(new End(CloseReason.disconnected("bye"), null));
		assertThat(outlet.isClosed()).isTrue();
		outlet.queue().close(CloseReason.disconnected("again"));
		outlet.queue().send(event("late"));
		outlet.wake();
		runPending();
		assertThat(this.ends).hasSize(1);
		assertThat(taken()).hasSize(2);
	}

	@Test
	void endsWithALastWordInTheExtendedMode() {
		SocketWriter outlet = quick(Encoding.EXTENDED_JSON, this::end);
		outlet.queue().release(event("first"));
		outlet.queue().send(event("a"));
		outlet.queue().close(CloseReason.disconnected("bye"));
		runPending();
		assertThat(taken()).hasSize(2);
		assertThat(this.ends).singleElement().satisfies((end) -> {
			assertThat(end.reason()).isEqualTo(CloseReason.disconnected("bye"));
			assertThat(end.lastWord()).contains("\"Close\"", "bye");
		});
	}

	@Test
	void endsAtOnceWhenTheQueueIsFull() {
		SocketWriter outlet = slow(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		runPending();
		Outbound.Outcome outcome = Outbound.Outcome.QUEUED;
		while (outcome == Outbound.Outcome.QUEUED) {
			outcome = outlet.queue().send(event("x".repeat(100_000)));
		}
		assertThat(outcome).isEqualTo(Outbound.Outcome.OVERRUN);
		runPending();
		assertThat(this.ends).containsExactly(new End(CloseReason.of(ErrorCode.SLOW_CONSUMER), null));
		takeMore();
		runPending();
		assertThat(taken()).containsExactly(text("a"));
		assertThat(this.ends).hasSize(1);
	}

	@Test
	void forgetsWhatWaitsOnceItIsClosed() {
		SocketWriter outlet = slow(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		runPending();
		outlet.queue().send(event("b"));
		outlet.close();
		assertThat(outlet.queue().isEmpty()).isTrue();
		takeMore();
		runPending();
		assertThat(taken()).containsExactly(text("a"));
	}

	/** An error that is no exception is one all the same. */
	@Test
	void closesASocketThatCannotBeEnded() {
		SocketWriter outlet = quick(Encoding.JSON, (reason, lastWord) -> {
			throw new OutOfMemoryError("injected");
		});
		outlet.queue().close(CloseReason.disconnected("bye"));
		runPending();
		assertThat(outlet.isClosed()).isTrue();
		assertThat(isOpen()).isFalse();
	}

	@Test
	void movesNothingOnceItIsClosed() {
		SocketWriter outlet = quick(Encoding.JSON, this::end);
		outlet.queue().send(event("a"));
		outlet.close();
		runPending();
		outlet.queue().close(CloseReason.disconnected("bye"));
		runPending();
		assertThat(taken()).isEmpty();
		assertThat(this.ends).isEmpty();
	}

	void end(CloseReason reason, byte @Nullable [] lastWord) {
		this.ends.add(new End(reason, (lastWord != null) ? new String(lastWord, StandardCharsets.UTF_8) : null));
	}

	static OutgoingMessage event(String text) {
		return OutgoingMessage.of(new ToClient.Event("e", List.of(JsonNodeFactory.instance.stringNode(text))));
	}

	static String text(String text) {
		return new String(event(text).encodedAs(Encoding.JSON), StandardCharsets.UTF_8);
	}

	private record End(CloseReason reason, @Nullable String lastWord) {
	}

}

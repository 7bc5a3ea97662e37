package io.rivetevents.connection;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;

class OutboundQueueTests {

	private final AtomicInteger signals = new AtomicInteger();

	private final OutboundQueue queue = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(300, 200),
			this.signals::incrementAndGet);

	@Test
	void givesMessagesInTheirOrder() {
		this.queue.send(event("a", 1));
		this.queue.send(event("b", 1));
		assertThat(this.signals).hasValue(2);
		assertThat(new String(this.queue.poll())).contains("\"a\"");
		assertThat(new String(this.queue.poll())).contains("\"b\"");
		assertThat(this.queue.poll()).isNull();
		assertThat(this.queue.queuedBytes()).isZero();
	}

	@Test
	void closesWhenItIsFull() {
		for (int i = 0; i < 10; i++) {
			this.queue.send(event("a", 50));
		}
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.SLOW_CONSUMER));
		assertThat(this.queue.isOverrun()).isTrue();
		assertThat(this.queue.poll()).isNull();
	}

	@Test
	void holdsExactlyItsBound() {
		int size = event("a", 40).encodedAs(Encoding.JSON).length;
		OutboundQueue exact = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(size * 2L, 200), () -> {
		});
		exact.send(event("a", 40));
		exact.send(event("a", 40));
		assertThat(exact.closeReason()).isNull();
		exact.send(event("a", 0));
		assertThat(exact.isOverrun()).isTrue();
	}

	@Test
	void sendsWhatWaitsBeforeItCloses() {
		this.queue.send(event("a", 1));
		this.queue.close(CloseReason.disconnected("bye"));
		this.queue.send(event("b", 1));
		assertThat(this.queue.poll()).isNotNull();
		assertThat(this.queue.poll()).isNull();
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.disconnected("bye"));
	}

	@Test
	void theFirstReasonCounts() {
		this.queue.close(CloseReason.disconnected("first"));
		this.queue.close(CloseReason.disconnected("second"));
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.disconnected("first"));
	}

	@Test
	void failsAnAnswerThatIsTooLong() {
		this.queue.send(OutgoingMessage
			.of(new ToClient.ActionResponse(7, JsonNodeFactory.instance.stringNode("x".repeat(300)))));
		assertThat(new String(this.queue.poll())).contains("outgoing_too_long", "[\"$BigInt\",\"7\"]");
		assertThat(this.queue.closeReason()).isNull();
	}

	@Test
	void closesForAnEventThatIsTooLong() {
		this.queue.send(event("a", 300));
		assertThat(this.queue.closeReason()).isEqualTo(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
	}

	private static OutgoingMessage event(String name, int size) {
		return OutgoingMessage
			.of(new ToClient.Event(name, List.of(JsonNodeFactory.instance.stringNode("x".repeat(size)))));
	}

}

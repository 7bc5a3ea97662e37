package io.rivetevents.connection;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.ToClient;

/**
 * What waits to be written to one client, bounded in bytes. Any thread puts in; the
 * transport, woken by its signal, takes out on one thread at a time.
 */
public final class OutboundQueue implements Outbound {

	private static final Log logger = LogFactory.getLog(OutboundQueue.class);

	private final Encoding encoding;

	private final Limits limits;

	private final Runnable signal;

	private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();

	private final AtomicLong queuedBytes = new AtomicLong();

	private final AtomicReference<@Nullable CloseReason> closeReason = new AtomicReference<>();

	private volatile boolean overrun;

	/**
	 * Bounds of a queue.
	 *
	 * @param maxQueuedBytes most bytes that may wait; one more and the client is closed
	 * as slow
	 * @param maxMessageSize most bytes of one encoded message
	 */
	public record Limits(long maxQueuedBytes, int maxMessageSize) {
	}

	/**
	 * Create a queue.
	 * @param encoding how messages are written
	 * @param limits its bounds
	 * @param signal called after each change, by any thread; must not block
	 */
	public OutboundQueue(Encoding encoding, Limits limits, Runnable signal) {
		this.encoding = encoding;
		this.limits = limits;
		this.signal = signal;
	}

	@Override
	public void send(OutgoingMessage message) {
		if (this.closeReason.get() != null) {
			return;
		}
		byte[] bytes = message.encodedAs(this.encoding);
		if (bytes.length > this.limits.maxMessageSize()) {
			refuse(message.message());
			return;
		}
		if (this.queuedBytes.addAndGet(bytes.length) > this.limits.maxQueuedBytes()) {
			overrun();
			return;
		}
		this.queue.add(bytes);
		this.signal.run();
	}

	/** An answer too long fails its action; anything else cannot be left out silently. */
	private void refuse(ToClient message) {
		if (message instanceof ToClient.ActionResponse response) {
			ErrorCode code = ErrorCode.OUTGOING_TOO_LONG;
			send(OutgoingMessage
				.of(new ToClient.Error(code.group(), code.code(), code.message(), null, response.id(), null)));
			return;
		}
		logger.warn("Message over %d bytes closes its connection: %s".formatted(this.limits.maxMessageSize(),
				(message instanceof ToClient.Event event) ? "event " + event.name()
						: message.getClass().getSimpleName()));
		close(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
	}

	private void overrun() {
		if (this.closeReason.compareAndSet(null, CloseReason.of(ErrorCode.SLOW_CONSUMER))) {
			this.overrun = true;
			// a message that races with this is left behind and goes with the queue
			this.queue.clear();
			this.signal.run();
		}
	}

	@Override
	public void close(CloseReason reason) {
		if (this.closeReason.compareAndSet(null, reason)) {
			this.signal.run();
		}
	}

	/**
	 * Take the next message. By one thread at a time.
	 * @return encoded bytes, or {@code null} if nothing waits
	 */
	public byte @Nullable [] poll() {
		if (this.overrun) {
			return null;
		}
		byte[] bytes = this.queue.poll();
		if (bytes != null) {
			this.queuedBytes.addAndGet(-bytes.length);
		}
		return bytes;
	}

	/**
	 * Return why the connection is to be closed once {@link #poll()} has nothing more,
	 * {@code null} while it is open.
	 */
	public @Nullable CloseReason closeReason() {
		return this.closeReason.get();
	}

	/**
	 * Return whether the client was too slow: it will not read a close frame either.
	 */
	public boolean isOverrun() {
		return this.overrun;
	}

	/**
	 * Return how many bytes wait.
	 */
	public long queuedBytes() {
		return this.queuedBytes.get();
	}

}

package io.rivetevents.connection;

import java.util.ArrayDeque;
import java.util.Deque;
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
 * transport, woken by its signal, takes out on one thread at a time. Where it is full,
 * the oldest messages that may be dropped make room.
 */
public final class OutboundQueue implements Outbound {

	private static final Log logger = LogFactory.getLog(OutboundQueue.class);

	private final Encoding encoding;

	private final Limits limits;

	private final Runnable signal;

	private final AtomicReference<@Nullable CloseReason> closeReason = new AtomicReference<>();

	/** Guards what follows; held for a few instructions only. */
	private final Object lock = new Object();

	private final Waiting waiting = new Waiting();

	/** Those of them that may be dropped, in the same order. */
	private final Deque<Waiting.Item> droppable = new ArrayDeque<>(0);

	private long queuedBytes;

	/** Part of them. */
	private long droppableBytes;

	/** Changed under the lock. */
	private volatile long dropped;

	private boolean overrun;

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
	public Outcome send(OutgoingMessage message) {
		if (this.closeReason.get() != null) {
			return Outcome.CLOSED;
		}
		byte[] bytes = message.encodedAs(this.encoding);
		if (bytes.length > this.limits.maxMessageSize()) {
			return message.isDroppable() ? dropTooLong() : refuse(message.message());
		}
		Outcome outcome = put(bytes, message.isDroppable());
		if (outcome != Outcome.DROPPED) {
			this.signal.run();
		}
		return outcome;
	}

	private Outcome put(byte[] bytes, boolean mayDrop) {
		synchronized (this.lock) {
			if (this.queuedBytes - this.droppableBytes + bytes.length > this.limits.maxQueuedBytes()) {
				return mayDrop ? drop() : overrun(); // it would not fit without all that
														// may be dropped
			}
			makeRoomFor(bytes.length);
			this.queuedBytes += bytes.length;
			Waiting.Item item = this.waiting.add(bytes, mayDrop);
			if (mayDrop) {
				this.droppable.add(item);
				this.droppableBytes += bytes.length;
			}
			return Outcome.QUEUED;
		}
	}

	private void makeRoomFor(int size) {
		while (this.queuedBytes + size > this.limits.maxQueuedBytes()) {
			Waiting.Item oldest = this.droppable.remove();
			this.waiting.remove(oldest);
			this.queuedBytes -= oldest.bytes().length;
			this.droppableBytes -= oldest.bytes().length;
			this.dropped++;
		}
	}

	private Outcome dropTooLong() {
		synchronized (this.lock) {
			return drop();
		}
	}

	private Outcome drop() {
		this.dropped++;
		return Outcome.DROPPED;
	}

	private Outcome overrun() {
		if (!this.closeReason.compareAndSet(null, CloseReason.of(ErrorCode.SLOW_CONSUMER))) {
			return Outcome.CLOSED;
		}
		this.overrun = true;
		this.waiting.clear();
		this.droppable.clear();
		return Outcome.OVERRUN;
	}

	/** An answer too long fails its action; anything else cannot be left out silently. */
	private Outcome refuse(ToClient message) {
		if (message instanceof ToClient.ActionResponse response) {
			ErrorCode code = ErrorCode.OUTGOING_TOO_LONG;
			return send(OutgoingMessage
				.of(new ToClient.Error(code.group(), code.code(), code.message(), null, response.id(), null)));
		}
		logger.warn("Message over %d bytes closes its connection: %s".formatted(this.limits.maxMessageSize(),
				(message instanceof ToClient.Event event) ? "event " + event.name()
						: message.getClass().getSimpleName()));
		close(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
		return Outcome.CLOSED;
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
		synchronized (this.lock) {
			Waiting.Item item = this.waiting.poll();
			if (item == null) {
				return null;
			}
			if (item.isDroppable()) {
				this.droppable.remove();
				this.droppableBytes -= item.bytes().length;
			}
			this.queuedBytes -= item.bytes().length;
			return item.bytes();
		}
	}

	/**
	 * Return why the connection is to be closed once {@link #poll()} has nothing more,
	 * {@code null} while it is open.
	 */
	@Override
	public @Nullable CloseReason closeReason() {
		return this.closeReason.get();
	}

	/**
	 * Return whether the client was too slow: it will not read a close frame either.
	 */
	public boolean isOverrun() {
		synchronized (this.lock) {
			return this.overrun;
		}
	}

	/**
	 * Return how many bytes wait.
	 */
	public long queuedBytes() {
		synchronized (this.lock) {
			return this.queuedBytes;
		}
	}

	@Override
	public long dropped() {
		return this.dropped;
	}

}

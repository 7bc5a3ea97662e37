package io.rivetevents.connection;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongConsumer;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;

/**
 * What waits to be written to one client, bounded in bytes. Any thread puts in; the
 * transport, woken by its signal, takes out on one thread at a time. Where it is full,
 * the oldest messages that may be dropped make room.
 */
public final class OutboundQueue implements Outbound {

	private static final Log logger = LogFactory.getLog(OutboundQueue.class);

	private static final int MAX_GAP_NAMES = 100;

	private static final byte[] NOTHING = new byte[0];

	private final Encoding encoding;

	private final Limits limits;

	private final LongConsumer signal;

	private static final AtomicReferenceFieldUpdater<OutboundQueue, @Nullable CloseReason> CLOSE_REASON = AtomicReferenceFieldUpdater
		.newUpdater(OutboundQueue.class, CloseReason.class, "closeReason");

	private volatile @Nullable CloseReason closeReason;

	/** Guards itself and what follows; held for a few instructions only. */
	private final Waiting waiting = new Waiting();

	/**
	 * Those of them that may be dropped, in the same order; {@code null} if there has
	 * been none, as with most clients.
	 */
	private @Nullable Deque<Waiting.Item> droppable;

	private long queuedBytes;

	/** Part of them. */
	private long droppableBytes;

	/** Changed under the lock. */
	private volatile long dropped;

	private boolean overrun;

	private volatile @Nullable Long retryAfter;

	/** Whether nothing is to be taken out yet. */
	private boolean held;

	/** Tells of droppable messages that are gone, and stands where the last one was. */
	private @Nullable Gap gap;

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
	 * Create a queue. One of the extended mode holds all back until it is released.
	 * @param encoding how messages are written
	 * @param limits its bounds
	 * @param signal called after each change with the bytes that wait, by any thread;
	 * must not block
	 */
	public OutboundQueue(Encoding encoding, Limits limits, LongConsumer signal) {
		this.encoding = encoding;
		this.limits = limits;
		this.signal = signal;
		this.held = encoding.isExtended();
	}

	@Override
	public Outcome send(OutgoingMessage message) {
		if (this.closeReason != null) {
			return Outcome.CLOSED;
		}
		byte[] bytes = message.encodedAs(this.encoding);
		if (bytes.length > this.limits.maxMessageSize()) {
			return message.isDroppable() ? dropTooLong(message) : refuse(message.message());
		}
		Outcome outcome;
		long waiting;
		synchronized (this.waiting) {
			outcome = put(bytes, message);
			waiting = this.queuedBytes;
		}
		if (outcome != Outcome.DROPPED) {
			this.signal.accept(waiting);
		}
		return outcome;
	}

	private Outcome put(byte[] bytes, OutgoingMessage message) {
		// without all that may be dropped
		if (this.overrun) {
			return Outcome.CLOSED;
		}
		if (this.queuedBytes - this.droppableBytes + bytes.length > this.limits.maxQueuedBytes()) {
			return message.isDroppable() ? drop(message) : overrun();
		}
		makeRoomFor(bytes.length);
		this.queuedBytes += bytes.length;
		Waiting.Item item = new Waiting.Item(bytes, message.isDroppable() ? message : null);
		this.waiting.add(item);
		if (message.isDroppable()) {
			Deque<Waiting.Item> present = this.droppable;
			Deque<Waiting.Item> droppable = (present != null) ? present : new ArrayDeque<>();
			droppable.add(item);
			this.droppable = droppable;
			this.droppableBytes += bytes.length;
		}
		return Outcome.QUEUED;
	}

	private Waiting.Item removeDroppable() {
		return Objects.requireNonNull(this.droppable).remove();
	}

	private void makeRoomFor(int size) {
		while (this.queuedBytes + size > this.limits.maxQueuedBytes()) {
			Waiting.Item oldest = removeDroppable();
			leaveGap(oldest);
			this.queuedBytes -= oldest.bytes().length;
			this.droppableBytes -= oldest.bytes().length;
			this.dropped++;
		}
	}

	private Outcome dropTooLong(OutgoingMessage message) {
		Outcome outcome;
		synchronized (this.waiting) {
			outcome = drop(message);
		}
		this.signal.accept(queuedBytes()); // there may be a gap to tell of
		return outcome;
	}

	private Outcome drop(OutgoingMessage message) {
		this.dropped++;
		Waiting.Item place = new Waiting.Item(NOTHING, message);
		this.waiting.add(place);
		leaveGap(place);
		return Outcome.DROPPED;
	}

	/**
	 * Take an item out. In the extended mode the client is told in its place, of all that
	 * are missing at once: nothing that follows may have an earlier position.
	 */
	private void leaveGap(Waiting.Item missing) {
		OutgoingMessage message = missing.droppable();
		if (message == null || !this.encoding.isExtended() || !(message.message() instanceof ToClient.Event event)
				|| event.position() == null) {
			this.waiting.remove(missing);
			return;
		}
		Gap before = this.gap;
		Gap now = (before != null) ? before : new Gap();
		now.add(event);
		if (before != null) {
			this.waiting.remove(before.place);
		}
		now.place = new Waiting.Item(NOTHING, null);
		this.waiting.replace(missing, now.place);
		this.gap = now;
	}

	/** What the client has to be told of messages that were dropped. */
	private static final class Gap {

		private final Set<String> events = new HashSet<>(2);

		private @Nullable Position position;

		private Waiting.Item place = new Waiting.Item(NOTHING, null);

		private void add(ToClient.Event event) {
			if (this.events.size() < MAX_GAP_NAMES) {
				this.events.add(event.name());
			}
			this.position = event.position();
		}

		private byte[] encodedAs(Encoding encoding) {
			Position position = Objects.requireNonNull(this.position);
			return encoding.codec().encode(new ToClient.Gap(ToClient.Gap.DROPPED, this.events, position));
		}

	}

	@Override
	public void release(OutgoingMessage first) {
		synchronized (this.waiting) {
			byte[] bytes = first.encodedAs(this.encoding);
			this.waiting.addFirst(new Waiting.Item(bytes, null));
			this.queuedBytes += bytes.length;
			this.held = false;
		}
		this.signal.accept(queuedBytes());
	}

	@Override
	public void announceEnd(long delay) {
		if (this.encoding.isExtended()) {
			this.retryAfter = delay;
			send(OutgoingMessage.of(new ToClient.GoingAway(delay)));
		}
	}

	/**
	 * Return the last message of the extended mode, once there is a reason to close.
	 * @return encoded bytes, {@code null} in the plain protocol
	 */
	public byte @Nullable [] lastWord() {
		CloseReason reason = this.closeReason;
		return (reason != null && this.encoding.isExtended())
				? this.encoding.codec().encode(new ToClient.Close(reason, this.retryAfter)) : null;
	}

	/** Forget what was held back: the client is not let in. */
	public void discard() {
		synchronized (this.waiting) {
			clear();
			this.queuedBytes = 0;
			this.droppableBytes = 0;
			this.held = false;
		}
	}

	private void clear() {
		this.waiting.clear();
		this.droppable = null;
		this.gap = null;
	}

	private Outcome overrun() {
		if (!CLOSE_REASON.compareAndSet(this, null, CloseReason.of(ErrorCode.SLOW_CONSUMER))) {
			return Outcome.CLOSED;
		}
		this.overrun = true;
		clear();
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
		if (CLOSE_REASON.compareAndSet(this, null, reason)) {
			this.signal.accept(queuedBytes());
		}
	}

	/**
	 * Take the next message. By one thread at a time.
	 * @return encoded bytes, or {@code null} if nothing waits
	 */
	public byte @Nullable [] poll() {
		synchronized (this.waiting) {
			return take();
		}
	}

	/**
	 * Take the next messages. By one thread at a time.
	 * @param target where to add their encoded bytes
	 * @param maxBytes how many to take; one message more than that, but not a second
	 * @return how many messages were taken, 0 if nothing waits
	 */
	public int drainTo(Collection<byte[]> target, long maxBytes) {
		synchronized (this.waiting) {
			int count = 0;
			long left = maxBytes;
			for (byte[] next = take(); next != null; next = (left > 0) ? take() : null) {
				target.add(next);
				left -= next.length;
				count++;
			}
			return count;
		}
	}

	private byte @Nullable [] take() {
		Waiting.Item item = this.held ? null : this.waiting.poll();
		if (item == null) {
			return null;
		}
		Gap gap = this.gap;
		if (gap != null && item == gap.place) {
			this.gap = null;
			return gap.encodedAs(this.encoding);
		}
		if (item.droppable() != null) {
			removeDroppable();
			this.droppableBytes -= item.bytes().length;
		}
		this.queuedBytes -= item.bytes().length;
		return item.bytes();
	}

	/**
	 * Return why the connection is to be closed once {@link #poll()} has nothing more,
	 * {@code null} while it is open.
	 */
	@Override
	public @Nullable CloseReason closeReason() {
		return this.closeReason;
	}

	/**
	 * Return whether the client was too slow: it will not read a close frame either.
	 */
	public boolean isOverrun() {
		synchronized (this.waiting) {
			return this.overrun;
		}
	}

	/**
	 * Return how messages are written.
	 */
	public Encoding encoding() {
		return this.encoding;
	}

	/**
	 * Return whether nothing waits that could be written.
	 */
	public boolean isEmpty() {
		synchronized (this.waiting) {
			return this.queuedBytes == 0 && this.gap == null;
		}
	}

	/**
	 * Return how many bytes wait.
	 */
	public long queuedBytes() {
		synchronized (this.waiting) {
			return this.queuedBytes;
		}
	}

	@Override
	public long dropped() {
		return this.dropped;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.outbound;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.Limit;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.EncodedMessage;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * The messages that wait to be written to one client, limited in bytes. Any thread adds
 * messages; the transport, woken by the signal, takes them on one thread at a time. If
 * the queue is full, the oldest droppable messages make room; if that is not enough, the
 * client is closed as slow. It is also closed if the queues of the node exceed their
 * total, which {@link QueuedTotal} checks, or if its socket accepts no data.
 */
public final class OutboundQueue implements Outbound, QueuedTotal.Queue {

	private static final Log logger = LogFactory.getLog(OutboundQueue.class);

	private final Encoding encoding;

	private final QueueNotices notices;

	private final Limits limits;

	private final LongConsumer signal;

	private static final AtomicReferenceFieldUpdater<OutboundQueue, @Nullable CloseReason> CLOSE_REASON = AtomicReferenceFieldUpdater
		.newUpdater(OutboundQueue.class, CloseReason.class, "closeReason");

	private volatile @Nullable CloseReason closeReason;

	/** Guards itself and the fields below; locked for a few instructions only. */
	private final MessageChain waiting = new MessageChain();

	/**
	 * The droppable ones among them, in the same order; {@code null} if there were none,
	 * as for most clients.
	 */
	private @Nullable Deque<MessageChain.Item> droppable;

	/** Heap bytes of the waiting messages, overhead included. */
	private long queuedBytes;

	/** Number of items that are counted in the total of the node. */
	private int charged;

	/** Bytes to release from the total. */
	private long freed;

	/** Heap bytes of the droppable messages. */
	private long droppableBytes;

	/** Changed under the lock. */
	private volatile long dropped;

	private boolean overrun;

	/** Whether the socket is closed. */
	private boolean ended;

	private volatile @Nullable Runnable onOverrun;

	private volatile Supplier<String> owner = () -> "a connection";

	/** Whether no messages may be taken yet. */
	private boolean held;

	/** Dropped messages, and the position of the first one. */
	private @Nullable Gap gap;

	/** {@code null} unless deliveries are recorded. */
	private @Nullable QueueListener listener;

	/**
	 * Limits of a queue.
	 *
	 * @param maxQueuedBytes most heap bytes that may wait; a client that exceeds it is
	 * closed as slow
	 * @param maxMessageSize most bytes of one encoded message
	 * @param transport prefix of the transport's properties, for error messages
	 * @param total limit of all queues of the node
	 */
	public record Limits(long maxQueuedBytes, int maxMessageSize, String transport, QueuedTotal total) {

		/**
		 * Creates the limits of a single queue, for a test.
		 */
		public Limits(long maxQueuedBytes, int maxMessageSize) {
			this(maxQueuedBytes, maxMessageSize, "rivet.events.websocket",
					new QueuedTotal(io.rivetevents.limit.Limits.defaults()));
		}

	}

	/**
	 * Creates a queue. In the extended mode it holds all messages back until it is
	 * released.
	 * @param encoding encoding of messages
	 * @param limits its limits
	 * @param signal called after each change with the number of waiting bytes, by any
	 * thread; must not block
	 */
	public OutboundQueue(Encoding encoding, Limits limits, LongConsumer signal) {
		this.encoding = encoding;
		this.notices = new QueueNotices(encoding);
		this.limits = limits;
		this.signal = signal;
		this.held = this.notices.beginWithWelcome();
	}

	@Override
	public Outcome send(OutgoingMessage message) {
		if (this.closeReason != null) {
			return Outcome.CLOSED;
		}
		EncodedMessage encoded = message.encode(this.encoding);
		if (encoded.bytes().length > this.limits.maxMessageSize()) {
			return refuse(message, encoded);
		}
		Outcome outcome;
		long waiting;
		synchronized (this.waiting) {
			outcome = put(encoded);
			waiting = this.queuedBytes;
			settle();
		}
		if (outcome != Outcome.DROPPED) {
			this.signal.accept(waiting);
		}
		if (waiting > QueuedTotal.FREE) {
			this.limits.total().relieve();
			return (outcome == Outcome.QUEUED && isOverrun()) ? Outcome.CLOSED : outcome;
		}
		return outcome;
	}

	private Outcome put(EncodedMessage message) {
		if (this.overrun || this.ended) {
			return Outcome.CLOSED;
		}
		long size = MessageChain.Item.sizeOf(message);
		// without the droppable messages; one message always fits
		long kept = this.queuedBytes - this.droppableBytes;
		if (kept > 0 && kept + size > this.limits.maxQueuedBytes()) {
			return message.isDroppable() ? drop(message, "the queue is full") : overrun();
		}
		makeRoomFor(size);
		MessageChain.Item item = new MessageChain.Item(message);
		if (message.isDroppable()) {
			Deque<MessageChain.Item> present = this.droppable;
			Deque<MessageChain.Item> droppable = (present != null) ? present : new ArrayDeque<>();
			droppable.add(item);
			this.droppable = droppable;
			this.droppableBytes += size;
		}
		this.waiting.add(item);
		count(item, size);
		if (this.held && this.listener != null) {
			this.listener.early(message);
		}
		return Outcome.QUEUED;
	}

	/**
	 * Adds an item to the counts. The first bytes, up to {@link QueuedTotal#FREE}, do not
	 * count for the node.
	 */
	private void count(MessageChain.Item item, long size) {
		this.queuedBytes += size;
		if (this.queuedBytes > QueuedTotal.FREE) {
			charge(item);
		}
	}

	private void charge(MessageChain.Item item) {
		QueuedTotal total = this.limits.total();
		if (this.charged == 0) {
			total.add(this);
		}
		this.charged++;
		item.setCharged(true);
		total.charge(item.message());
	}

	private void uncount(MessageChain.Item item) {
		this.queuedBytes -= item.size();
		uncountCharge(item);
	}

	private void uncountCharge(MessageChain.Item item) {
		if (item.isCharged()) {
			item.setCharged(false);
			this.charged--;
			this.freed += this.limits.total().letGo(item.message());
		}
	}

	/** Releases the bytes of all removed messages in one call. */
	private void settle() {
		if (this.freed > 0) {
			this.limits.total().release(this.freed);
			this.freed = 0;
			if (this.charged == 0) {
				this.limits.total().remove(this);
			}
		}
	}

	private MessageChain.Item removeDroppable() {
		return Objects.requireNonNull(this.droppable).remove();
	}

	private void makeRoomFor(long size) {
		while (this.droppableBytes > 0 && this.queuedBytes + size > this.limits.maxQueuedBytes()) {
			MessageChain.Item oldest = removeDroppable();
			leaveGap(oldest);
			uncount(oldest);
			this.droppableBytes -= oldest.size();
			countDrop();
			noteDrop(oldest.message(), "the queue is full, and newer messages take its place");
		}
	}

	private Outcome dropTooLong(EncodedMessage message) {
		Outcome outcome;
		synchronized (this.waiting) {
			if (this.overrun || this.ended) {
				return Outcome.CLOSED;
			}
			outcome = drop(message, "it is too long after an interceptor has changed it");
		}
		this.signal.accept(queuedBytes()); // the transport has to write the notice of a
											// gap
		return outcome;
	}

	private Outcome drop(EncodedMessage message, String reason) {
		countDrop();
		noteDrop(message, reason);
		MessageChain.Item place = new MessageChain.Item(message);
		this.waiting.add(place);
		leaveGap(place);
		return Outcome.DROPPED;
	}

	private void countDrop() {
		this.dropped++;
		this.limits.total().countDropped();
	}

	private void noteDrop(EncodedMessage message, String reason) {
		if (this.listener != null) {
			this.listener.dropped(message, this.notices.includeDropOf(message)
					? reason + "; the client receives a notice of the gap" : reason);
		}
	}

	/**
	 * Removes an item. In the extended mode a notice of all missing messages takes the
	 * place of the first of them. Wherever the connection breaks, a client that has
	 * received a later message has been notified of all that were dropped before. The
	 * first one can be removed after others that were too long, or for which there was no
	 * room.
	 */
	private void leaveGap(MessageChain.Item missing) {
		if (!this.notices.includeDropOf(missing.message())) {
			this.waiting.remove(missing);
			return;
		}
		Gap before = this.gap;
		Gap now = (before != null) ? before : new Gap();
		if (!now.add(missing.message())) {
			this.waiting.remove(missing);
			return;
		}
		if (before != null) {
			this.waiting.remove(before.place());
		}
		this.waiting.replace(missing, now.movePlace());
		this.gap = now;
	}

	@Override
	public void release(OutgoingMessage first) {
		OutgoingMessage fitting = fitting(first);
		if (fitting == null) {
			close(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
			return;
		}
		MessageChain.Item item = new MessageChain.Item(fitting.encode(this.encoding));
		synchronized (this.waiting) {
			if (this.overrun || this.ended) {
				return;
			}
			this.waiting.addFirst(item);
			count(item, item.size());
			this.held = false;
		}
		this.signal.accept(queuedBytes());
		this.limits.total().relieve();
	}

	@Override
	public void announceEnd(long delay) {
		OutgoingMessage notice = this.notices.ofEnd(delay);
		if (notice != null) {
			send(notice);
		}
	}

	/**
	 * Returns the close message of the extended mode, once there is a reason to close.
	 * @return encoded bytes, {@code null} in the plain protocol
	 */
	public byte @Nullable [] lastWord() {
		CloseReason reason = this.closeReason;
		return (reason != null) ? this.notices.ofClose(reason) : null;
	}

	/** Drops the messages that were held back: the client is rejected. */
	public void discard() {
		synchronized (this.waiting) {
			clear();
			this.held = false;
		}
	}

	/**
	 * Drops all messages and accepts no more: the socket is closed. The close reason does
	 * not change.
	 */
	public void end() {
		synchronized (this.waiting) {
			this.ended = true;
			clear();
		}
	}

	private void clear() {
		for (MessageChain.Item item = this.waiting.poll(); item != null; item = this.waiting.poll()) {
			uncountCharge(item);
			if (this.listener != null) {
				this.listener.dropped(item.message(), describeEnd());
			}
		}
		this.queuedBytes = 0;
		this.droppableBytes = 0;
		this.droppable = null;
		this.gap = null;
		settle();
	}

	private String describeEnd() {
		CloseReason reason = this.closeReason;
		return (reason != null) ? reason.reason() : "the socket was closed before";
	}

	private Outcome overrun() {
		if (!CLOSE_REASON.compareAndSet(this, null, CloseReason.of(ErrorCode.SLOW_CONSUMER))) {
			return Outcome.CLOSED;
		}
		this.limits.total().hits().add(Limit.CONNECTION_QUEUED);
		this.overrun = true;
		clear();
		return Outcome.OVERRUN;
	}

	/**
	 * Closes the connection as slow and drops all messages: the queues of the node exceed
	 * their total, and this one is among the largest.
	 */
	@Override
	public void closeAsSlow() {
		boolean first;
		synchronized (this.waiting) {
			first = CLOSE_REASON.compareAndSet(this, null, CloseReason.of(ErrorCode.SLOW_CONSUMER));
			this.overrun = true;
			clear();
		}
		this.signal.accept(0);
		Runnable onOverrun = this.onOverrun;
		if (first && onOverrun != null) {
			onOverrun.run();
		}
	}

	@Override
	public void observe(@Nullable QueueListener listener) {
		synchronized (this.waiting) {
			this.listener = listener;
		}
	}

	@Override
	public void onOverrun(Runnable listener) {
		this.onOverrun = listener;
	}

	@Override
	public int sizeOf(OutgoingMessage message) {
		return message.encode(this.encoding).bytes().length;
	}

	@Override
	public int maxMessageSize() {
		return this.limits.maxMessageSize();
	}

	@Override
	public long maxQueuedBytes() {
		return this.limits.maxQueuedBytes();
	}

	/**
	 * Sets the name of the connection for the log.
	 * @param owner returns connection, actor and key; called by any thread
	 */
	public void setOwner(Supplier<String> owner) {
		this.owner = owner;
	}

	/**
	 * Returns connection, actor and key for the log.
	 */
	public String owner() {
		return this.owner.get();
	}

	@Override
	public Gateway.Bounds bounds() {
		return new Gateway.Bounds(this.encoding, this.limits.maxMessageSize(), this.limits.maxQueuedBytes(),
				this.limits.transport());
	}

	@Override
	public String describeMaxMessageSize() {
		return Outbound.describeMaxMessageSize(this.limits.transport(), this.limits.maxMessageSize(), this.encoding);
	}

	/**
	 * Handles a message that is too long. An answer fails its action; an error loses
	 * everything but its code. An event was checked when it was sent, so this one was
	 * changed for this client: it is dropped if the client can be notified, otherwise the
	 * connection is closed.
	 */
	private Outcome refuse(OutgoingMessage message, EncodedMessage encoded) {
		boolean told = message.isDroppable() || this.notices.includeDropOf(encoded);
		if (!message.isDroppable()) {
			tellTooLong(message, encoded);
		}
		if (told) {
			return dropTooLong(encoded);
		}
		OutgoingMessage fitting = fitting(message);
		if (fitting != null) {
			return send(fitting);
		}
		close(CloseReason.of(ErrorCode.OUTGOING_TOO_LONG));
		return Outcome.CLOSED;
	}

	/**
	 * Logs a message that is too long. An answer that is too long is the fault of its
	 * client, which gets an error.
	 */
	private void tellTooLong(OutgoingMessage message, EncodedMessage encoded) {
		boolean first = this.limits.total().hits().addAndTell(Limit.OUTGOING_SIZE);
		String what = (encoded.event() != null) ? "Event `" + SafeText.of(encoded.event()) + "`"
				: message.message().getClass().getSimpleName();
		String text = "%s for %s was not sent: it has %d bytes, more than %s".formatted(what, owner(),
				encoded.bytes().length, describeMaxMessageSize());
		if (first && encoded.event() != null) {
			logger.warn(text);
		}
		else {
			logger.debug(text);
		}
	}

	/**
	 * Returns the message, shortened if necessary, {@code null} if that is not possible.
	 */
	private @Nullable OutgoingMessage fitting(OutgoingMessage message) {
		OutgoingMessage fitting = message;
		while (sizeOf(fitting) > this.limits.maxMessageSize()) {
			ToClient shorter = Shortening.shorten(fitting.message(), describeMaxMessageSize());
			if (shorter == null) {
				return null;
			}
			fitting = OutgoingMessage.of(shorter);
		}
		return fitting;
	}

	@Override
	public void close(CloseReason reason) {
		if (CLOSE_REASON.compareAndSet(this, null, reason)) {
			this.signal.accept(queuedBytes());
		}
	}

	/**
	 * Takes the next message. Called by one thread at a time.
	 * @return encoded bytes, or {@code null} if no message waits
	 */
	public byte @Nullable [] poll() {
		synchronized (this.waiting) {
			byte[] next = take();
			settle();
			return next;
		}
	}

	/**
	 * Takes the next messages. Called by one thread at a time.
	 * @param target the collection to add their encoded bytes to
	 * @param maxBytes most bytes to take; exceeded by at most one message
	 * @return the number of messages, 0 if none waits
	 */
	public int drainTo(Collection<byte[]> target, long maxBytes) {
		int count = 0;
		long left = maxBytes;
		synchronized (this.waiting) {
			for (byte[] next = take(); next != null; next = (left > 0) ? take() : null) {
				target.add(next);
				left -= next.length;
				count++;
			}
			settle();
		}
		this.limits.total().countWritten(maxBytes - left);
		return count;
	}

	private byte @Nullable [] take() {
		MessageChain.Item item = this.held ? null : this.waiting.poll();
		if (item == null) {
			return null;
		}
		Gap gap = this.gap;
		if (gap != null && item == gap.place()) {
			this.gap = null;
			return this.notices.ofDrops(gap);
		}
		if (item.message().isDroppable()) {
			removeDroppable();
			this.droppableBytes -= item.size();
		}
		uncount(item);
		if (this.listener != null) {
			this.listener.written(item.message());
		}
		return item.message().bytes();
	}

	/**
	 * Returns the reason to close the connection once {@link #poll()} returns no more
	 * messages, {@code null} while it is open.
	 */
	@Override
	public @Nullable CloseReason closeReason() {
		return this.closeReason;
	}

	/**
	 * Returns whether the client was too slow: it will not read a close frame either.
	 */
	public boolean isOverrun() {
		synchronized (this.waiting) {
			return this.overrun;
		}
	}

	/**
	 * Returns the encoding of messages.
	 */
	public Encoding encoding() {
		return this.encoding;
	}

	/**
	 * Returns whether no messages wait.
	 */
	public boolean isEmpty() {
		synchronized (this.waiting) {
			return this.waiting.isEmpty();
		}
	}

	/**
	 * Returns how many heap bytes wait, overhead included.
	 */
	@Override
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

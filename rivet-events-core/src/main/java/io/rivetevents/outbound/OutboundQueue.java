package io.rivetevents.outbound;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.LongConsumer;

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
 * What waits to be written to one client, bounded in bytes. Any thread puts in; the
 * transport, woken by its signal, takes out on one thread at a time. Where it is full,
 * the oldest messages that may be dropped make room; if that is not enough, the client is
 * closed as too slow. It is closed as well if the node has no room for all queues, which
 * {@link QueuedTotal} finds, or if its socket takes nothing.
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

	/** Guards itself and what follows; held for a few instructions only. */
	private final MessageChain waiting = new MessageChain();

	/**
	 * Those of them that may be dropped, in the same order; {@code null} if there has
	 * been none, as with most clients.
	 */
	private @Nullable Deque<MessageChain.Item> droppable;

	/** Heap of what waits, with all around it. */
	private long queuedBytes;

	/** Items that the total of the node counts. */
	private int charged;

	/** What is to be given back to the total. */
	private long freed;

	/** Part of them. */
	private long droppableBytes;

	/** Changed under the lock. */
	private volatile long dropped;

	private boolean overrun;

	/** Whether the socket is gone. */
	private boolean ended;

	private volatile @Nullable Runnable onOverrun;

	/** Whether nothing is to be taken out yet. */
	private boolean held;

	/** Droppable messages that are gone, and the place of the last one. */
	private @Nullable Gap gap;

	/**
	 * Bounds of a queue.
	 *
	 * @param maxQueuedBytes most bytes of heap that may wait; one more and the client is
	 * closed as slow
	 * @param maxMessageSize most bytes of one encoded message
	 * @param transport what the properties of the transport begin with, for people
	 * @param total what all queues of the node may hold
	 */
	public record Limits(long maxQueuedBytes, int maxMessageSize, String transport, QueuedTotal total) {

		/**
		 * Creates the bounds of a queue that is alone, for a test.
		 */
		public Limits(long maxQueuedBytes, int maxMessageSize) {
			this(maxQueuedBytes, maxMessageSize, "rivet.events.websocket",
					new QueuedTotal(io.rivetevents.limit.Limits.defaults()));
		}

	}

	/**
	 * Creates a queue. One of the extended mode holds all back until it is released.
	 * @param encoding how messages are written
	 * @param limits its bounds
	 * @param signal called after each change with the bytes that wait, by any thread;
	 * must not block
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
		// without all that may be dropped; one message always fits
		long kept = this.queuedBytes - this.droppableBytes;
		if (kept > 0 && kept + size > this.limits.maxQueuedBytes()) {
			return message.isDroppable() ? drop(message) : overrun();
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
		return Outcome.QUEUED;
	}

	/** What a client that reads keeps waiting is not counted for the node. */
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

	/** Gives back in one go what was taken out. */
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
			this.dropped++;
		}
	}

	private Outcome dropTooLong(EncodedMessage message) {
		Outcome outcome;
		synchronized (this.waiting) {
			if (this.overrun || this.ended) {
				return Outcome.CLOSED;
			}
			outcome = drop(message);
		}
		this.signal.accept(queuedBytes()); // there may be a gap to tell of
		return outcome;
	}

	private Outcome drop(EncodedMessage message) {
		this.dropped++;
		MessageChain.Item place = new MessageChain.Item(message);
		this.waiting.add(place);
		leaveGap(place);
		return Outcome.DROPPED;
	}

	/**
	 * Takes an item out. In the extended mode the client is told in its place, of all that
	 * are missing at once: nothing that follows may have an earlier position.
	 */
	private void leaveGap(MessageChain.Item missing) {
		if (!this.notices.includeDropOf(missing.message())) {
			this.waiting.remove(missing);
			return;
		}
		Gap before = this.gap;
		Gap now = (before != null) ? before : new Gap();
		now.add(missing.message());
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
	 * Returns the last message of the extended mode, once there is a reason to close.
	 * @return encoded bytes, {@code null} in the plain protocol
	 */
	public byte @Nullable [] lastWord() {
		CloseReason reason = this.closeReason;
		return (reason != null) ? this.notices.ofClose(reason) : null;
	}

	/** Forgets what was held back: the client is not let in. */
	public void discard() {
		synchronized (this.waiting) {
			clear();
			this.held = false;
		}
	}

	/**
	 * Forgets what waits, and takes nothing more: the socket is gone. The reason to close
	 * stays as it is.
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
		}
		this.queuedBytes = 0;
		this.droppableBytes = 0;
		this.droppable = null;
		this.gap = null;
		settle();
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
	 * Closes as slow and forgets what waits: the client holds most of a node that holds
	 * too much.
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

	@Override
	public String describeMaxMessageSize() {
		return Outbound.describeMaxMessageSize(this.limits.transport(), this.limits.maxMessageSize(), this.encoding);
	}

	/**
	 * What is too long fails alone where that is possible: an answer fails its action,
	 * and errors lose what is said beside their code. An event, which has been checked
	 * when it was sent, is one that was changed for this client: it is dropped where the
	 * client can be told, and else ends the connection.
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

	/** An answer that is too long is the mistake of its client, and told to it. */
	private void tellTooLong(OutgoingMessage message, EncodedMessage encoded) {
		boolean first = this.limits.total().hits().addAndTell(Limit.OUTGOING_SIZE);
		String what = (encoded.event() != null) ? "Event `" + SafeText.of(encoded.event()) + "`"
				: message.message().getClass().getSimpleName();
		String text = "%s is not sent since it has %d bytes: %s".formatted(what, encoded.bytes().length,
				describeMaxMessageSize());
		if (first && encoded.event() != null) {
			logger.warn(text);
		}
		else {
			logger.debug(text);
		}
	}

	/** Returns what is sent of a message, {@code null} if nothing of it can be. */
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
	 * Takes the next message. By one thread at a time.
	 * @return encoded bytes, or {@code null} if nothing waits
	 */
	public byte @Nullable [] poll() {
		synchronized (this.waiting) {
			byte[] next = take();
			settle();
			return next;
		}
	}

	/**
	 * Takes the next messages. By one thread at a time.
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
			settle();
			return count;
		}
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
		return item.message().bytes();
	}

	/**
	 * Returns why the connection is to be closed once {@link #poll()} has nothing more,
	 * {@code null} while it is open.
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
	 * Returns how messages are written.
	 */
	public Encoding encoding() {
		return this.encoding;
	}

	/**
	 * Returns whether nothing waits that could be written.
	 */
	public boolean isEmpty() {
		synchronized (this.waiting) {
			return this.waiting.isEmpty();
		}
	}

	/**
	 * Returns how many bytes of heap wait, those around each message included.
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

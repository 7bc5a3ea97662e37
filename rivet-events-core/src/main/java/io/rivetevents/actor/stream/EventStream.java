/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.delivery.dispatch.PendingReceipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Delivery;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.explain.InstanceDeliveries;
import io.rivetevents.explain.Sending;
import io.rivetevents.explain.SentEvent;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.DueQueue;

/**
 * The events of one instance in their order. Each event has a position, and all
 * connections receive events in the order of their positions. Events that wait for a
 * commit are held back, and all later ones behind them. Thread-safe; except for
 * {@link #dispatch} and {@link #leave} the methods are called in turns of the instance.
 */
public final class EventStream {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(EventStream.class));

	/** Most bytes of events that are held back. */
	private static final long MAX_HELD_BYTES = 16 * 1024 * 1024;

	/** Heap of an event that is held back besides its arguments: rounded up. */
	private static final int OVERHEAD = 256;

	/** Number of stored events that are deleted at once. */
	private static final int TRIMMED_AT_ONCE = 64;

	/** Most bytes of the recent events that another node continues with. */
	private static final int MAX_TAIL_BYTES = 128 * 1024;

	/** Events that a thread sends while it is already sending an event. */
	private static final ThreadLocal<@Nullable Deque<Runnable>> AFTERWARDS = new ThreadLocal<>();

	private final ActorAddress instance;

	private final ConnectionIndex connections;

	private final HistoryLimits limits;

	private final LongSupplier clock;

	private final DueQueue.Entry due;

	private final EventTaps taps;

	/** Guards the fields below and the order of messages. */
	private final ReentrantLock order = new ReentrantLock();

	private final EventHistory history;

	private final List<Held> held = new ArrayList<>(0);

	private long heldBytes;

	private volatile boolean holding;

	private boolean closed;

	/**
	 * Sends the events of an instance that has left memory, {@code null} before that; see
	 * {@link #handOver}. Written with the order.
	 */
	private volatile @Nullable Dispatcher next;

	private String epoch;

	/** Written with the order. */
	private volatile long sequence;

	/** Greatest position that may be given to an event without a commit. */
	private long reserved = Long.MAX_VALUE;

	/** Called when an event outside of turns needs a turn. */
	private volatile Runnable onHeld = () -> {
	};

	/**
	 * Messages left by threads that must not wait for the order lock; sent by the thread
	 * that holds it.
	 */
	private final Map<ActorConnection, Waiting> waiting = new ConcurrentHashMap<>(2);

	/**
	 * Creates a stream at position 0 of a new epoch.
	 * @param instance address of the instance, for logs
	 * @param connections its connections
	 * @param limits limits of its history
	 * @param kept memory for the histories of all instances
	 * @param clock returns the time in nanoseconds
	 * @param due called when a part of the history expires
	 * @param taps receives the events
	 * @param epoch the epoch, which no other stream has
	 */
	public EventStream(ActorAddress instance, ConnectionIndex connections, HistoryLimits limits, ByteBudget kept,
			LongSupplier clock, DueQueue.Entry due, EventTaps taps, String epoch) {
		this.instance = instance;
		this.connections = connections;
		this.limits = limits;
		this.history = new EventHistory(limits, kept);
		this.clock = clock;
		this.due = due;
		this.taps = taps;
		this.epoch = epoch;
	}

	/**
	 * An event that is held back.
	 *
	 * @param event the event
	 * @param recorded the same for the history, with the streams of its connections:
	 * these may have left before it is sent; {@code null} if it is droppable or if there
	 * is no history yet, as there is for durable events
	 * @param own history limits of the event, {@code null} for the default
	 * @param ofTurn whether it was sent while a turn was running
	 * @param receipt its receipt
	 * @param sending its record, {@code null} if deliveries are not recorded
	 */
	record Held(AddressedEvent event, @Nullable RecordedEvent recorded, @Nullable HistoryLimits own, boolean ofTurn,
			PendingReceipt receipt, @Nullable Sending sending) {

		void fail(Throwable cause) {
			this.receipt.fail(cause);
			if (this.sending != null) {
				this.sending.fail(cause);
			}
		}

	}

	/**
	 * Events that were held back and are sent together.
	 *
	 * @param events the events in their order
	 * @param before position before the first of them
	 */
	record Batch(List<Held> events, long before) {

		static final Batch EMPTY = new Batch(List.of(), 0);

		/** Returns the position of the last event. */
		long last() {
			return this.before + this.events.size();
		}

	}

	// Positions

	/** Returns the epoch of its positions. */
	String epoch() {
		return this.epoch;
	}

	/**
	 * Continues at a position. Called before the first event.
	 * @param epoch epoch of the positions
	 * @param from the last position that may have been given
	 * @param reserved greatest position that may be given without a commit
	 * @param open opens the history
	 * @param onHeld called when an event outside of turns needs a turn
	 */
	void continueFrom(String epoch, long from, long reserved, Consumer<EventHistory> open, Runnable onHeld) {
		inOrder(() -> {
			this.epoch = epoch;
			this.sequence = from;
			this.reserved = reserved;
			this.onHeld = onHeld;
			open.accept(this.history);
			return this;
		});
	}

	/**
	 * Continues where the stream has ended on another node. Called before the first
	 * event.
	 * @param tail its end on the other node
	 * @param limits returns the history limits of the events of a name, {@code null} if
	 * it has none of its own
	 */
	void continueWith(HandOver tail, Function<String, @Nullable HistoryLimits> limits) {
		inOrder(() -> {
			this.epoch = tail.epoch();
			this.sequence = tail.sequence();
			byte[] history = tail.history();
			if (history != null) {
				this.history.open(this.sequence);
			}
			if (history != null && history.length > 0) {
				this.history.continueWith(HistoryTails.read(history), this.sequence, this.clock.getAsLong(), limits);
				this.history.nextExpiry().ifPresent(this.due::arm);
			}
			return this;
		});
	}

	/**
	 * Continues at the position of an instance that has slept with open connections. What
	 * it had recorded is lost, except durable events.
	 * @param from position of its last event
	 * @param records whether any of the clients supports resuming
	 */
	public void continueFrom(Position from, boolean records) {
		inOrder(() -> {
			this.history.close(); // of other positions
			this.epoch = from.epoch();
			this.sequence = from.sequence();
			if (records) {
				this.history.open(from.sequence());
			}
			return this;
		});
	}

	/**
	 * Returns the end of the stream of an instance, with which another node continues.
	 */
	HandOver tail(StoredActor stored) {
		return inOrder(() -> {
			byte[] history = this.history.isOpen()
					? HistoryTails.write(this.history.tail(MAX_TAIL_BYTES, this.clock.getAsLong())) : null;
			return new HandOver(stored.actorId(), stored.generation(), this.epoch, this.sequence, history);
		});
	}

	/**
	 * Sends nothing any more, because the instance leaves memory: the next instance of
	 * the address may have the connections and continue the positions. Events that were
	 * held back, and all later ones, are passed on in their order.
	 * @param next sends events through the next instance
	 * @return position of the last event
	 */
	public Position handOver(Dispatcher next) {
		// outside of the order, which must not be mixed with that of the next instance
		for (List<Held> left = takeLast(next); !left.isEmpty(); left = takeLast(next)) {
			left.forEach((held) -> complete(held.receipt(), held.event(), () -> next.dispatch(held.event())));
		}
		return inOrder(this::position);
	}

	/** Sends events again, because the instance stays in memory after all. */
	public void takeBack() {
		inOrder(() -> {
			this.next = null;
			return this;
		});
	}

	/** Takes the events that are held back: those that follow wait behind them. */
	private List<Held> takeLast(Dispatcher next) {
		return inOrder(() -> {
			List<Held> left = List.copyOf(this.held);
			this.held.clear();
			this.heldBytes = 0;
			this.holding = !left.isEmpty();
			this.next = left.isEmpty() ? next : null;
			return left;
		});
	}

	/** Adds stored events to the history. */
	void restore(Map<String, Long> marks, List<EventHistory.Restored> events) {
		inOrder(() -> {
			this.history.restore(marks, events, this.clock.getAsLong());
			this.history.nextExpiry().ifPresent(this.due::arm);
			return this;
		});
	}

	/**
	 * Returns positions of stored events that have left the history, once there are many.
	 */
	List<Long> takeTrimmed() {
		return inOrder(() -> this.history.takeTrimmed(TRIMMED_AT_ONCE));
	}

	void reserve(long reserved) {
		inOrder(() -> this.reserved = reserved);
	}

	/**
	 * Gives no position without a commit any more.
	 * @return the last one
	 */
	long reserveNoMore() {
		return inOrder(() -> this.reserved = this.sequence);
	}

	/** Returns the position of the last event. Called with the order. */
	public Position position() {
		return new Position(this.epoch, this.sequence);
	}

	/**
	 * Returns the number of the last event, which was or is about to be queued. Needs no
	 * order and does not block.
	 */
	public long lastSequence() {
		return this.sequence;
	}

	/** Starts recording the history, if it has not started. Called with the order. */
	public void open() {
		this.history.open(this.sequence);
	}

	/**
	 * Returns events of the history, the newest first. Waits while an event is being
	 * sent. Safe for use by several threads.
	 * @param before position before which they are
	 * @param limit most events
	 * @param maxBytes most bytes of arguments, unless one event alone has more
	 */
	public List<PastEvent> past(long before, int limit, long maxBytes) {
		return inOrder(
				() -> history().before(new Position(this.epoch, before), limit, maxBytes, this.clock.getAsLong()));
	}

	/** Returns the history without what has expired. Called with the order. */
	public EventHistory history() {
		this.history.expire(this.clock.getAsLong());
		return this.history;
	}

	// Sending

	/**
	 * Sends an event to connections, or holds it back until {@link #release}. After
	 * {@link #handOver} the next instance sends it.
	 * @param event the event
	 * @param own history limits of the event, {@code null} for the default
	 * @throws RivetException with {@code message.outgoing_too_long} if the event is too
	 * long; it then has no position, and no connection receives it
	 */
	public Receipt dispatch(AddressedEvent event, @Nullable HistoryLimits own) {
		Deque<Runnable> afterwards = AFTERWARDS.get();
		if (afterwards == null) {
			Receipt receipt = this.<@Nullable Receipt>inOrder(() -> (this.next != null) ? null
					: mustHold(event, own) ? hold(event, own) : send(event, null, own, this.sequence + 1));
			if (receipt == null) {
				Dispatcher next = this.next;
				return (next != null) ? next.dispatch(event) : dispatch(event, own);
			}
			if (receipt instanceof PendingReceipt && !this.holding) {
				this.onHeld.run();
			}
			return receipt;
		}
		// an interceptor or a predicate is sending: never within the order lock of
		// another instance
		PendingReceipt receipt = new PendingReceipt();
		afterwards.add(() -> complete(receipt, event, () -> dispatch(event, own)));
		return receipt;
	}

	private void complete(PendingReceipt receipt, AddressedEvent event, Supplier<Receipt> send) {
		try {
			receipt.complete(send.get());
		}
		catch (RivetException ex) {
			receipt.fail(ex); // logged where it was rejected
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s could not be sent to the connections of %s"
				.formatted(SafeText.of(event.event()), this.instance));
			receipt.fail(ex);
		}
	}

	/**
	 * Checks whether an event can be sent now.
	 * @throws RivetException with {@code message.outgoing_too_long} if it is too long
	 */
	public void check(AddressedEvent event) {
		this.connections.check(event);
	}

	private Receipt send(AddressedEvent event, @Nullable RecordedEvent recorded, @Nullable HistoryLimits own,
			long sequence) {
		Position position = new Position(this.epoch, sequence);
		Receipt receipt = this.connections.dispatch(event, position, () -> {
			if (this.history.isOpen()) {
				long now = this.clock.getAsLong();
				if (recorded != null) {
					this.history.add(sequence, now, recorded, own);
				}
				else {
					this.history.add(sequence, now, byStream(event), own);
				}
				this.due.arm(this.history.expiry(now, own));
			}
			this.sequence = sequence;
		});
		if (this.taps.hasListeners(this.instance)) {
			this.taps.sent(this.instance, new SentEvent(position, event.event(), event.args(), event.tags(),
					receipt.targeted(), receipt.queued()));
		}
		return receipt;
	}

	/** Returns an event whose selection names connections by the ids of their streams. */
	private AddressedEvent byStream(AddressedEvent event) {
		return event.withSelection(event.selection().byStream((id) -> {
			ActorConnection connection = this.connections.find(id);
			return (connection != null) ? connection.streamId() : id;
		}));
	}

	// Holding back

	/** Returns whether an event is stored before it is sent. */
	boolean isDurable(AddressedEvent event, @Nullable HistoryLimits own) {
		return this.reserved != Long.MAX_VALUE && !event.droppable() && ((own != null) ? own : this.limits).isDurable();
	}

	private boolean mustHold(AddressedEvent event, @Nullable HistoryLimits own) {
		return this.holding || !this.held.isEmpty() || isDurable(event, own) || this.sequence >= this.reserved
				|| (this.closed && this.reserved != Long.MAX_VALUE);
	}

	private Receipt hold(AddressedEvent event, @Nullable HistoryLimits own) {
		Sending sending = recordHeld(event);
		try {
			return hold(event, own, sending);
		}
		catch (RivetException ex) {
			if (sending != null) {
				sending.fail(ex);
			}
			throw ex;
		}
	}

	private Receipt hold(AddressedEvent event, @Nullable HistoryLimits own, @Nullable Sending sending) {
		if (this.closed) {
			throw new RivetException(ErrorCode.STOPPED);
		}
		RecordedEvent recorded = (this.history.isOpen() && !event.droppable()) ? RecordedEvent.of(byStream(event))
				: null;
		if (recorded != null && recorded.args() != null) {
			this.connections.check(event, recorded.args().length);
		}
		else {
			check(event);
		}
		long weight = weight(event);
		if (this.heldBytes + weight > MAX_HELD_BYTES) {
			throw new RivetException(ErrorCode.OVERLOADED, ErrorCode.OVERLOADED.message(),
					Map.of("channel", "held_events", "operation", "event"));
		}
		this.heldBytes += weight;
		PendingReceipt receipt = new PendingReceipt();
		this.held.add(new Held(event, recorded, own, this.holding, receipt, sending));
		return receipt;
	}

	private @Nullable Sending recordHeld(AddressedEvent event) {
		InstanceDeliveries deliveries = this.connections.deliveries();
		Sending sending = (deliveries != null) ? deliveries.begin(event.event()) : null;
		if (sending != null) {
			sending.add(Delivery.Kind.HELD, "until a commit");
		}
		return sending;
	}

	private static long weight(AddressedEvent event) {
		return OVERHEAD + MessageWeight.of(event.args());
	}

	/** Holds back all events from now on. */
	void hold() {
		inOrder(() -> this.holding = true);
	}

	boolean isHolding() {
		return this.holding;
	}

	/**
	 * Takes the events that are held back. Those that are sent from now on wait behind
	 * them.
	 * @param last whether nothing is held back any more if there is none
	 * @return {@code null} if there is none
	 */
	@Nullable Batch take(boolean last) {
		return this.<@Nullable Batch>inOrder(() -> {
			if (this.held.isEmpty()) {
				this.holding &= !last;
				return null;
			}
			this.holding = true;
			Batch batch = new Batch(List.copyOf(this.held), this.sequence);
			this.held.clear();
			this.heldBytes = 0;
			return batch;
		});
	}

	/** Sends events that were held back. */
	void release(Batch batch) {
		inOrder(() -> {
			long sequence = batch.before();
			for (Held held : batch.events()) {
				long next = ++sequence;
				if (held.sending() != null) {
					held.sending().at(new Position(this.epoch, next));
				}
				complete(held.receipt(), held.event(), () -> send(held.event(), held.recorded(), held.own(), next));
				recordUnsent(held, next);
			}
			this.sequence = Math.max(this.sequence, batch.last());
			return this;
		});
	}

	/**
	 * Records an event that is stored although it could not be sent, so that clients
	 * resume in the same way before and after a restart.
	 */
	private void recordUnsent(Held held, long sequence) {
		RecordedEvent recorded = held.recorded();
		if (this.sequence < sequence && recorded != null && isDurable(held.event(), held.own())) {
			long now = this.clock.getAsLong();
			this.history.add(sequence, now, recorded.stored(), held.own());
			this.due.arm(this.history.expiry(now, held.own()));
			this.sequence = sequence;
		}
	}

	/** Discards events that were held back and cannot be sent. */
	void refuse(Batch batch, Throwable cause) {
		batch.events().forEach((held) -> held.fail(cause));
	}

	/**
	 * Discards the events of a turn whose commit has failed. Those that were sent before
	 * it are held back again, until the end of the turn.
	 */
	void refuseTurn(Batch batch, Throwable cause) {
		List<Held> others = batch.events().stream().filter((held) -> !held.ofTurn()).toList();
		boolean kept = inOrder(() -> {
			if (!this.closed) {
				this.heldBytes += others.stream().mapToLong((held) -> weight(held.event())).sum();
				this.held.addAll(0, others);
			}
			return !this.closed;
		});
		batch.events().stream().filter((held) -> held.ofTurn() || !kept).forEach((held) -> held.fail(cause));
	}

	/** Discards history and held events because the instance leaves memory. */
	void close() {
		List<Held> refused = inOrder(() -> {
			this.closed = true;
			this.holding = false;
			this.history.close();
			List<Held> left = List.copyOf(this.held);
			this.held.clear();
			return left;
		});
		refuse(new Batch(refused, 0), new RivetException(ErrorCode.STOPPED));
	}

	/** Drops expired history; postponed if events are being sent. */
	public void expire(long now) {
		if (this.order.tryLock()) {
			try {
				this.history.expire(now);
				this.history.nextExpiry().ifPresent(this.due::arm);
			}
			finally {
				this.order.unlock();
				sendWaiting();
			}
		}
		else {
			this.due.arm(now);
		}
	}

	// Order

	/** Runs work that must not be mixed with the sending of events. */
	public <T extends @Nullable Object> T inOrder(Supplier<T> work) {
		this.order.lock();
		try {
			return withOrder(work);
		}
		finally {
			sendWaiting();
		}
	}

	/** Runs work that holds the order lock, and releases the lock afterwards. */
	private <T extends @Nullable Object> T withOrder(Supplier<T> work) {
		Deque<Runnable> outer = AFTERWARDS.get();
		Deque<Runnable> afterwards = (outer != null) ? outer : new ArrayDeque<>(0);
		AFTERWARDS.set(afterwards);
		try {
			return work.get();
		}
		finally {
			this.order.unlock();
			if (outer == null) {
				AFTERWARDS.remove();
				afterwards.forEach(Runnable::run);
			}
		}
	}

	/** Messages to a connection that wait for the order lock. */
	public static final class Waiting {

		private final List<Runnable> answers = new ArrayList<>(0);

		private boolean keepAlive;

		/** Returns the number of answers. */
		public int size() {
			return this.answers.size();
		}

		/** Adds an answer. */
		public void add(Runnable answer) {
			this.answers.add(answer);
		}

		/** Adds a keep-alive message. */
		public void keepAlive() {
			this.keepAlive = true;
		}

	}

	/**
	 * Leaves messages for a connection: sent immediately, or after the event that is
	 * being sent. Does not block, so it may be called on an event loop.
	 * @param what adds the messages
	 */
	public void leave(ActorConnection connection, Consumer<Waiting> what) {
		this.waiting.compute(connection, (key, present) -> {
			Waiting waiting = (present != null) ? present : new Waiting();
			what.accept(waiting);
			return waiting;
		});
		sendWaiting();
	}

	/**
	 * Sends the waiting messages unless another thread holds the order lock. That thread
	 * then sends them, since it checks again after releasing the lock. Never blocks. The
	 * loop is needed because messages may arrive continuously.
	 */
	private void sendWaiting() {
		while (!this.waiting.isEmpty() && !this.order.isHeldByCurrentThread() && this.order.tryLock()) {
			withOrder(() -> {
				this.waiting.keySet().forEach(this::sendWaiting);
				return this;
			});
		}
	}

	private void sendWaiting(ActorConnection connection) {
		Waiting waiting = this.waiting.remove(connection);
		if (waiting != null) {
			waiting.answers.forEach(Runnable::run);
			if (waiting.keepAlive) {
				connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(position())));
			}
		}
	}

}

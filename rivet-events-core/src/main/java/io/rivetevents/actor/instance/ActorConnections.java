/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.EventHistory;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.delivery.PendingReceipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToClient.ResumeOutcome;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.DueQueue;

/**
 * The connections of one instance, which are also registered with the node, and the order
 * of the messages sent to them. Each event has a position, and all connections receive
 * events in the order of their positions. Connections are added and removed within turns.
 * All other methods are thread-safe.
 */
public final class ActorConnections {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ActorConnections.class));

	private static final SecureRandom RANDOM = new SecureRandom();

	/** Maximum number of answers of one connection that wait for the order lock. */
	private static final int MAX_WAITING = 100;

	/** Events that a thread sends while it is already sending an event. */
	private static final ThreadLocal<@Nullable Deque<Runnable>> AFTERWARDS = new ThreadLocal<>();

	private final ActorAddress instance;

	private final ConnectionIndex own = new ConnectionIndex();

	private final ConnectionIndex ofNode;

	private final Map<String, ActorConnection> byStream = new ConcurrentHashMap<>(2);

	private final LongSupplier clock;

	private final DueQueue.Entry due;

	private final String epoch = Long.toString(RANDOM.nextLong() >>> 1, Character.MAX_RADIX);

	/** Guards the fields below and the order of messages. */
	private final ReentrantLock order = new ReentrantLock();

	private final EventHistory history;

	private long sequence;

	/**
	 * Messages left by threads that must not wait for the order lock; sent by the thread
	 * that holds it.
	 */
	private final Map<ActorConnection, Waiting> waiting = new ConcurrentHashMap<>(2);

	/**
	 * Creates the connections.
	 * @param instance address of the instance, for logs
	 * @param ofNode connections of the node
	 * @param history limits of the event history
	 * @param kept memory for the event histories of all instances
	 * @param clock returns the time in nanoseconds
	 * @param due calls {@link #expire} when a part of the history expires
	 */
	ActorConnections(ActorAddress instance, ConnectionIndex ofNode, HistoryLimits history, ByteBudget kept,
			LongSupplier clock, DueQueue.Entry due) {
		this.instance = instance;
		this.ofNode = ofNode;
		this.history = new EventHistory(history, kept);
		this.clock = clock;
		this.due = due;
	}

	void add(ActorConnection connection) {
		if (connection.usage() != null) {
			connection.usage().enter();
		}
		this.own.add(connection);
		if (!connection.isStateless()) {
			this.ofNode.add(connection);
		}
	}

	/**
	 * Removes a connection.
	 * @return whether it was registered; of two concurrent calls only the first returns
	 * {@code true}
	 */
	boolean remove(ActorConnection connection) {
		this.ofNode.remove(connection);
		this.byStream.remove(connection.streamId(), connection);
		boolean removed = this.own.remove(connection);
		if (removed && connection.usage() != null) {
			connection.usage().unsubscribeAll();
			connection.usage().leave();
		}
		return removed;
	}

	public @Nullable ActorConnection find(String id) {
		return this.own.find(id);
	}

	/** Returns the connection of a stream in the extended mode. */
	@Nullable ActorConnection findByStream(String streamId) {
		return this.byStream.get(streamId);
	}

	boolean isEmpty() {
		return this.own.size() == 0;
	}

	List<ActorConnection> snapshot() {
		return this.own.all();
	}

	Collection<Connection<@Nullable Object>> all() {
		return List.copyOf(this.own.all());
	}

	void subscribe(ActorConnection connection, String event, Set<String> tags) {
		if (connection.subscribe(event, tags)) {
			this.own.subscribed(connection, event);
			this.ofNode.subscribed(connection, event);
		}
		else {
			this.ofNode.subscribedAgain(connection, event);
		}
	}

	void unsubscribe(ActorConnection connection, String event) {
		if (connection.unsubscribe(event)) {
			this.own.unsubscribed(connection, event);
			this.ofNode.unsubscribed(connection, event);
		}
	}

	// Sending, in one order

	/**
	 * Sends an event to connections.
	 * @param dispatch the event
	 * @param own history limits of the event, {@code null} for the default
	 * @throws RivetException with {@code message.outgoing_too_long} if the event is too
	 * long; it then has no position, and no connection receives it
	 */
	Receipt dispatch(AddressedEvent dispatch, @Nullable HistoryLimits own) {
		Deque<Runnable> afterwards = AFTERWARDS.get();
		if (afterwards == null) {
			return inOrder(() -> send(dispatch, own));
		}
		// an interceptor or a predicate is sending: never within the order lock of
		// another instance
		PendingReceipt receipt = new PendingReceipt();
		afterwards.add(() -> sendAfterwards(dispatch, own, receipt));
		return receipt;
	}

	private void sendAfterwards(AddressedEvent dispatch, @Nullable HistoryLimits own, PendingReceipt receipt) {
		try {
			receipt.complete(dispatch(dispatch, own));
		}
		catch (RivetException ex) {
			receipt.fail(ex); // logged where it was rejected
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Event %s could not be sent to the connections of %s"
				.formatted(SafeText.of(dispatch.event()), this.instance));
			receipt.fail(ex);
		}
	}

	/**
	 * Checks whether an event can be sent now.
	 * @throws RivetException with {@code message.outgoing_too_long} if it is too long
	 */
	void check(AddressedEvent dispatch) {
		this.own.check(dispatch);
	}

	private Receipt send(AddressedEvent dispatch, @Nullable HistoryLimits own) {
		Position next = new Position(this.epoch, this.sequence + 1);
		return this.own.dispatch(dispatch, next, () -> {
			if (this.history.isOpen()) {
				long now = this.clock.getAsLong();
				this.history.add(next.sequence(), now, dispatch.withSelection(byStream(dispatch)), own);
				this.due.arm(this.history.expiry(now, own));
			}
			this.sequence = next.sequence();
		});
	}

	private Selection byStream(AddressedEvent dispatch) {
		return dispatch.selection().byStream((id) -> {
			ActorConnection connection = this.own.find(id);
			return (connection != null) ? connection.streamId() : id;
		});
	}

	private Position position() {
		return new Position(this.epoch, this.sequence);
	}

	private <T> T inOrder(Supplier<T> work) {
		this.order.lock();
		try {
			return withOrder(work);
		}
		finally {
			sendWaiting();
		}
	}

	/** Runs work that holds the order lock, and releases the lock afterwards. */
	private <T> T withOrder(Supplier<T> work) {
		Deque<Runnable> afterwards = new ArrayDeque<>(0);
		AFTERWARDS.set(afterwards);
		try {
			return work.get();
		}
		finally {
			this.order.unlock();
			AFTERWARDS.remove();
			afterwards.forEach(Runnable::run);
		}
	}

	/** Messages to a connection that wait for the order lock. */
	private static final class Waiting {

		private final List<Runnable> answers = new ArrayList<>(0);

		private boolean keepAlive;

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

	/**
	 * The result of adding a connection.
	 *
	 * @param position all later events have a higher position
	 * @param outcome outcome of the request to resume
	 * @param refused events whose subscription was rejected because a limit was reached
	 */
	record Entrance(Position position, ResumeOutcome outcome, Set<String> refused) {

		Entrance(Position position, ResumeOutcome outcome) {
			this(position, outcome, Set.of());
		}

	}

	/**
	 * Adds a connection with its subscriptions, and queues the events that it has missed.
	 * @param connection the connection
	 * @param subscriptions its subscriptions, already checked
	 * @param stream position from which it resumes
	 */
	Entrance enter(ActorConnection connection, List<ToServer.SubscriptionRequest> subscriptions, StreamRequest stream) {
		return inOrder(() -> {
			this.history.open(this.sequence);
			add(connection);
			this.byStream.put(connection.streamId(), connection);
			Set<String> refused = subscribeAll(connection, subscriptions);
			Position from = stream.resume();
			Entrance entrance = (from != null) ? resume(connection, from, stream.proof())
					: new Entrance(position(), ResumeOutcome.FRESH);
			return new Entrance(entrance.position(), entrance.outcome(), refused);
		});
	}

	private Set<String> subscribeAll(ActorConnection connection, List<ToServer.SubscriptionRequest> subscriptions) {
		Set<String> refused = new HashSet<>(0);
		for (ToServer.SubscriptionRequest each : subscriptions) {
			try {
				subscribe(connection, each.eventName(), each.tags());
			}
			catch (RivetException ex) {
				refused.add(each.eventName());
			}
		}
		return refused;
	}

	private Entrance resume(ActorConnection connection, Position from, StreamRequest.StreamProof proof) {
		if (!from.epoch().equals(this.epoch)) {
			return resynced("epoch_changed");
		}
		if (from.sequence() > this.sequence) {
			return resynced("unknown_position");
		}
		if (proof == StreamRequest.StreamProof.UNPROVEN) {
			return resynced("unknown_stream");
		}
		this.history.expire(this.clock.getAsLong());
		List<EventHistory.Replay> missed = this.history.after(from.sequence(), connection);
		List<OutgoingMessage> messages = (missed != null) ? messages(connection, missed) : null;
		if (messages == null) {
			return resynced("history_exceeded");
		}
		return new Entrance(from, ResumeOutcome.resumed(replay(connection, from, messages)));
	}

	/**
	 * Returns the messages of a replay.
	 * @return {@code null} if they do not fit into the queue of the connection, which
	 * would close it on each attempt to resume
	 */
	private @Nullable List<OutgoingMessage> messages(ActorConnection connection, List<EventHistory.Replay> missed) {
		Outbound outbound = connection.outbound();
		List<OutgoingMessage> messages = new ArrayList<>(missed.size());
		long left = outbound.maxQueuedBytes() / 2;
		for (EventHistory.Replay event : missed) {
			Position position = new Position(this.epoch, event.sequence());
			OutgoingMessage message = OutgoingMessage
				.of(new ToClient.Event(event.event(), event.args(), position, event.tags()));
			int size = outbound.sizeOf(message);
			left -= size + Outbound.OVERHEAD;
			if (size > outbound.maxMessageSize() || left < 0) {
				return null;
			}
			messages.add(message);
		}
		return messages;
	}

	private Entrance resynced(String reason) {
		return new Entrance(position(), ResumeOutcome.resynced(reason));
	}

	private int replay(ActorConnection connection, Position from, List<OutgoingMessage> missed) {
		Set<String> dropped = this.history.droppedAfter(from.sequence(), connection);
		if (!dropped.isEmpty()) {
			connection.deliver(OutgoingMessage.of(new ToClient.Gap(ToClient.Gap.VOLATILE, dropped, from)));
		}
		int replayed = 0;
		for (OutgoingMessage event : missed) {
			replayed += connection.deliver(event) ? 1 : 0;
		}
		connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(position())));
		return replayed;
	}

	/**
	 * Changes a subscription of a client in the extended mode and sends the response.
	 * @param connection connection of the client
	 * @param request the requested change
	 * @param refusal reason for rejecting it, {@code null} if it is allowed
	 */
	void subscribe(ActorConnection connection, ToServer.SubscriptionRequest request, ToClient.@Nullable Error refusal) {
		inOrder(() -> subscribeInOrder(connection, request, refusal));
	}

	private boolean subscribeInOrder(ActorConnection connection, ToServer.SubscriptionRequest request,
			ToClient.@Nullable Error refusal) {
		if (!request.subscribe()) {
			unsubscribe(connection, request.eventName());
		}
		else if (refusal == null) {
			subscribe(connection, request.eventName(), request.tags());
		}
		return connection.deliver(OutgoingMessage
			.of(new ToClient.SubscriptionResponse(request.eventName(), request.subscribe(), position(), refusal)));
	}

	/**
	 * Rejects a subscription request of a client in the extended mode because there is no
	 * room for it. Does not block, so it may be called on an event loop. If too many such
	 * responses are waiting, the connection is closed with {@code actor.overloaded}.
	 */
	void refuse(ActorConnection connection, ToServer.SubscriptionRequest request, ToClient.Error refusal) {
		AtomicBoolean full = new AtomicBoolean();
		leave(connection, (waiting) -> {
			full.set(waiting.answers.size() >= MAX_WAITING);
			if (!full.get()) {
				waiting.answers.add(() -> subscribeInOrder(connection, request, refusal));
			}
		});
		if (full.get()) {
			connection.outbound().close(CloseReason.of(ErrorCode.OVERLOADED));
		}
	}

	/**
	 * Sends the current position to a client in the extended mode: immediately, or after
	 * the event that is being sent. Does not block; it is called on an event loop.
	 */
	void keepAlive(ActorConnection connection) {
		leave(connection, (waiting) -> waiting.keepAlive = true);
	}

	private void leave(ActorConnection connection, Consumer<Waiting> what) {
		this.waiting.compute(connection, (key, present) -> {
			Waiting waiting = (present != null) ? present : new Waiting();
			what.accept(waiting);
			return waiting;
		});
		sendWaiting();
	}

	/** Drops the event history because the instance leaves memory. */
	void forgetHistory() {
		inOrder(() -> {
			this.history.close();
			return this;
		});
	}

	/** Drops expired history; postponed if events are being sent. */
	void expire(long now) {
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

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.stream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.ConnectionIndex;
import io.rivetevents.delivery.HistoryLimits;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.Delivery;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.explain.EventTaps;
import io.rivetevents.explain.InstanceDeliveries;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.Position;
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

	/** Maximum number of answers of one connection that wait for the order lock. */
	private static final int MAX_WAITING = 100;

	private final ConnectionIndex own;

	private final ConnectionIndex ofNode;

	private final Map<String, ActorConnection> byStream = new ConcurrentHashMap<>(2);

	private final EventStream stream;

	private final ActorAddress instance;

	/** Set while the deliveries of this instance alone are recorded. */
	private volatile @Nullable DeliveryRecorder recorder;

	/** Number of connections of calls over HTTP. */
	private final AtomicInteger stateless = new AtomicInteger();

	/**
	 * Creates the connections.
	 * @param instance address of the instance, for logs
	 * @param ofNode connections of the node
	 * @param history limits of the event history
	 * @param kept memory for the event histories of all instances
	 * @param clock returns the time in nanoseconds
	 * @param due calls {@link EventStream#expire} when a part of the history expires
	 * @param deliveries records the deliveries, {@code null} if they are not recorded
	 * @param taps receives the events
	 * @param epoch the epoch of a new instance
	 */
	public ActorConnections(ActorAddress instance, ConnectionIndex ofNode, HistoryLimits history, ByteBudget kept,
			LongSupplier clock, DueQueue.Entry due, @Nullable DeliveryRecorder deliveries, EventTaps taps,
			String epoch) {
		this.instance = instance;
		this.own = new ConnectionIndex((deliveries != null) ? deliveries.of(instance) : null);
		this.ofNode = ofNode;
		this.stream = new EventStream(instance, this.own, history, kept, clock, due, taps, epoch);
	}

	/** Returns the events sent to the connections. */
	public EventStream stream() {
		return this.stream;
	}

	/**
	 * Records the deliveries of this instance from now on, until it leaves memory. No
	 * effect if those of all instances are recorded.
	 * @param recorder the record, {@code null} to record them no more
	 */
	public void record(@Nullable DeliveryRecorder recorder) {
		synchronized (this.own) {
			if (this.recorder == null && this.own.deliveries() != null) {
				return;
			}
			this.recorder = recorder;
			this.own.record((recorder != null) ? recorder.of(this.instance) : null);
			this.own.all().forEach((connection) -> connection.record(recorder));
		}
	}

	/** Returns whether the deliveries of this instance alone are recorded. */
	public boolean isRecorded() {
		return this.recorder != null;
	}

	/**
	 * Without the lock a thread that ends the recording between the two calls would not
	 * end that of the connection.
	 */
	private void addOwn(ActorConnection connection) {
		synchronized (this.own) {
			this.own.add(connection);
			connection.record(this.recorder);
		}
	}

	public void add(ActorConnection connection) {
		if (connection.usage() != null) {
			connection.usage().enter();
		}
		addOwn(connection);
		if (connection.isStateless()) {
			this.stateless.incrementAndGet();
		}
		else {
			this.ofNode.add(connection);
		}
	}

	/**
	 * Adds the open connections of an instance that has slept, and continues at its last
	 * position.
	 */
	public void adopt(Collection<ActorConnection> received, Position position) {
		boolean records = false;
		for (ActorConnection connection : received) {
			addOwn(connection);
			if (connection.request().stream() != null) {
				this.byStream.put(connection.streamId(), connection);
				records = true;
			}
		}
		this.stream.continueFrom(position, records);
	}

	/**
	 * Adds a connection without a socket: its node no longer exists, or has not attached
	 * it again yet.
	 */
	public void addDetached(ActorConnection connection) {
		addOwn(connection);
		if (connection.request().stream() != null) {
			this.byStream.put(connection.streamId(), connection);
		}
	}

	/**
	 * Removes all connections without closing them: the next instance of the address has
	 * them.
	 */
	public void clear() {
		this.own.all().forEach(this.own::remove);
		this.byStream.clear();
	}

	/**
	 * Removes a connection.
	 * @return whether it was registered; of two concurrent calls only the first returns
	 * {@code true}
	 */
	public boolean remove(ActorConnection connection) {
		this.ofNode.remove(connection);
		this.byStream.remove(connection.streamId(), connection);
		boolean removed = this.own.remove(connection);
		if (removed && connection.isStateless()) {
			this.stateless.decrementAndGet();
		}
		if (removed && connection.usage() != null) {
			connection.usage().unsubscribeAll();
			connection.usage().leave();
		}
		return removed;
	}

	/**
	 * Removes a connection that continues at another node.
	 * @param connection the connection
	 * @param first receives the position of the last event before it is removed, in the
	 * order of events
	 * @return whether it was registered
	 */
	public boolean remove(ActorConnection connection, Consumer<Position> first) {
		return this.stream.inOrder(() -> {
			if (find(connection.id()) != connection) {
				return false;
			}
			Position position = this.stream.position();
			if (connection.outbound() instanceof MovedClient && connection.request().stream() != null) {
				connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(position)));
			}
			first.accept(position);
			return remove(connection);
		});
	}

	public @Nullable ActorConnection find(String id) {
		return this.own.find(id);
	}

	/** Returns the connection of a stream in the extended mode. */
	public @Nullable ActorConnection findByStream(String streamId) {
		return this.byStream.get(streamId);
	}

	public boolean isEmpty() {
		return size() == 0;
	}

	public int size() {
		return this.own.size();
	}

	/** Returns whether any of them is that of a call over HTTP. */
	public boolean hasStateless() {
		return this.stateless.get() > 0;
	}

	public List<ActorConnection> snapshot() {
		return this.own.all();
	}

	public Collection<Connection<@Nullable Object>> all() {
		return List.copyOf(this.own.all());
	}

	public void subscribe(ActorConnection connection, String event, Set<String> tags) {
		boolean added;
		try {
			added = connection.subscribe(event, tags);
		}
		catch (RivetException ex) {
			noteRefusal(connection, event, ex);
			throw ex;
		}
		InstanceDeliveries deliveries = this.own.deliveries();
		if (deliveries != null) {
			deliveries.allowed(connection.id(), event);
		}
		if (added) {
			this.own.subscribed(connection, event);
			this.ofNode.subscribed(connection, event);
		}
		else {
			this.ofNode.subscribedAgain(connection, event);
		}
	}

	/** Records that a subscription was refused. */
	public void noteRefusal(ActorConnection connection, String event, RivetException refusal) {
		InstanceDeliveries deliveries = this.own.deliveries();
		if (deliveries != null) {
			deliveries.refused(connection.id(), connection.user(), event, refusal.group() + "." + refusal.code());
		}
	}

	public void unsubscribe(ActorConnection connection, String event) {
		if (connection.unsubscribe(event)) {
			this.own.unsubscribed(connection, event);
			this.ofNode.unsubscribed(connection, event);
		}
	}

	/** Begins the record of an event, {@code null} if deliveries are not recorded. */
	public @Nullable Sending recordHeld(String event) {
		return this.own.recordHeld(event);
	}

	// Sending, in one order

	/**
	 * The result of adding a connection.
	 *
	 * @param position all later events have a higher position
	 * @param outcome outcome of the request to resume
	 * @param refused events whose subscription was rejected because a limit was reached
	 */
	public record Entrance(Position position, ResumeOutcome outcome, Set<String> refused) {

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
	public Entrance enter(ActorConnection connection, List<ToServer.SubscriptionRequest> subscriptions,
			StreamRequest stream) {
		return this.stream.inOrder(() -> {
			this.stream.open();
			add(connection);
			this.byStream.put(connection.streamId(), connection);
			Set<String> refused = subscribeAll(connection, subscriptions);
			Position from = stream.resume();
			Entrance entrance = (from != null) ? resume(connection, from, stream.proof())
					: new Entrance(this.stream.position(), ResumeOutcome.FRESH);
			if (from != null && entrance.outcome().kind() == ResumeOutcome.Kind.RESYNCED) {
				noteMissed(connection, from, connection.subscriptions(), String.valueOf(entrance.outcome().reason()));
			}
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
		Position now = this.stream.position();
		if (!from.epoch().equals(now.epoch())) {
			return resynced("epoch_changed");
		}
		if (from.sequence() > now.sequence()) {
			return resynced("unknown_position");
		}
		if (proof == StreamRequest.StreamProof.UNPROVEN) {
			return resynced("unknown_stream");
		}
		List<EventHistory.Replay> missed = this.stream.history().after(from.sequence(), connection);
		List<OutgoingMessage> messages = (missed != null) ? messages(connection, missed) : null;
		if (messages == null) {
			return resynced("history_exceeded");
		}
		connection.reportHandled(from.sequence(), now.sequence());
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
			Position position = new Position(this.stream.position().epoch(), event.sequence());
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
		return new Entrance(this.stream.position(), ResumeOutcome.resynced(reason));
	}

	private int replay(ActorConnection connection, Position from, List<OutgoingMessage> missed) {
		Set<String> dropped = this.stream.history().droppedAfter(from.sequence(), connection);
		if (!dropped.isEmpty()) {
			connection.deliver(OutgoingMessage.of(new ToClient.Gap(ToClient.Gap.VOLATILE, dropped, from)));
		}
		int replayed = 0;
		noteMissed(connection, from, dropped, "the client receives a notice of the gap");
		for (OutgoingMessage event : missed) {
			replayed += replay(connection, event) ? 1 : 0;
		}
		connection.deliver(OutgoingMessage.of(new ToClient.KeepAlive(this.stream.position())));
		return replayed;
	}

	private boolean replay(ActorConnection connection, OutgoingMessage message) {
		boolean queued = connection.deliver(message);
		InstanceDeliveries deliveries = this.own.deliveries();
		if (deliveries != null && message.message() instanceof ToClient.Event event && event.position() != null) {
			deliveries.at(event.name(), event.position())
				.add(connection.id(), connection.user(), queued ? Delivery.Kind.REPLAYED : Delivery.Kind.DROPPED, null);
		}
		return queued;
	}

	/** Records events that a client has missed and that are not sent again. */
	private void noteMissed(ActorConnection connection, Position from, Set<String> events, String reason) {
		InstanceDeliveries deliveries = this.own.deliveries();
		if (deliveries != null) {
			deliveries.after(from)
				.stream()
				.filter((sending) -> events.contains(sending.event()))
				.forEach((sending) -> sending.add(connection.id(), connection.user(), Delivery.Kind.MISSED, reason));
		}
	}

	/**
	 * Changes a subscription of a client in the extended mode and sends the response.
	 * @param connection connection of the client
	 * @param request the requested change
	 * @param refusal reason for rejecting it, {@code null} if it is allowed
	 */
	public void subscribe(ActorConnection connection, ToServer.SubscriptionRequest request,
			ToClient.@Nullable Error refusal) {
		this.stream.inOrder(() -> subscribeInOrder(connection, request, refusal));
	}

	private boolean subscribeInOrder(ActorConnection connection, ToServer.SubscriptionRequest request,
			ToClient.@Nullable Error refusal) {
		if (!request.subscribe()) {
			unsubscribe(connection, request.eventName());
		}
		else if (refusal == null) {
			subscribe(connection, request.eventName(), request.tags());
		}
		return connection.deliver(OutgoingMessage.of(new ToClient.SubscriptionResponse(request.eventName(),
				request.subscribe(), this.stream.position(), refusal)));
	}

	/**
	 * Rejects a subscription request of a client in the extended mode because there is no
	 * room for it. Does not block, so it may be called on an event loop. If too many such
	 * responses are waiting, the connection is closed with {@code actor.overloaded}.
	 */
	public void refuse(ActorConnection connection, ToServer.SubscriptionRequest request, ToClient.Error refusal) {
		AtomicBoolean full = new AtomicBoolean();
		this.stream.leave(connection, (waiting) -> {
			full.set(waiting.size() >= MAX_WAITING);
			if (!full.get()) {
				waiting.add(() -> subscribeInOrder(connection, request, refusal));
			}
		});
		if (full.get()) {
			connection.outbound().close(CloseReason.of(ErrorCode.OVERLOADED));
		}
	}

	/** Takes the report of a message about the position that its client has handled. */
	public void reportHandled(ActorConnection connection, ToServer message) {
		if (message.handled() != ToServer.UNREPORTED) {
			connection.reportHandled(message.handled(), this.stream.lastSequence());
		}
	}

	/**
	 * Sends the current position to a client in the extended mode: immediately, or after
	 * the event that is being sent. Does not block; it is called on an event loop.
	 */
	public void keepAlive(ActorConnection connection) {
		this.stream.leave(connection, EventStream.Waiting::keepAlive);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Receipt;
import io.rivetevents.delivery.dispatch.Dispatcher;
import io.rivetevents.error.RivetException;
import io.rivetevents.explain.InstanceDeliveries;
import io.rivetevents.explain.Sending;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.GatewayOutbound;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Connections by id, by user and by subscription; sends an event to the connections it
 * targets. Safe for use by several threads.
 */
public final class ConnectionIndex implements Dispatcher {

	/**
	 * Largest factor between the sizes of an event in two encodings: empty binary data
	 * has one byte in CBOR and 20 in JSON.
	 */
	private static final int WIDEST = 32;

	/** Most bytes of a message besides the event. */
	private static final int ENVELOPE = 1024;

	private final Map<String, ActorConnection> byId = new ConcurrentHashMap<>(4);

	private final Map<String, Set<ActorConnection>> byUser = new ConcurrentHashMap<>(4);

	private final Map<String, Subscribers> byEvent = new ConcurrentHashMap<>(4);

	/** Whether it has the connections of all actors of the node. */
	private final boolean ofNode;

	private volatile @Nullable InstanceDeliveries deliveries;

	/** Smallest outgoing message limit of all connections so far, in bytes. */
	private volatile int maxMessageSize = Integer.MAX_VALUE;

	/** Creates an index of the connections of one actor. */
	public ConnectionIndex() {
		this(null);
	}

	/**
	 * Creates an index of the connections of one actor.
	 * @param deliveries records the deliveries, {@code null} if they are not recorded
	 */
	public ConnectionIndex(@Nullable InstanceDeliveries deliveries) {
		this.ofNode = false;
		this.deliveries = deliveries;
	}

	/**
	 * Creates an index.
	 * @param ofNode whether it has the connections of all actors of the node
	 * @param deliveries records the deliveries, {@code null} if they are not recorded
	 */
	ConnectionIndex(boolean ofNode, @Nullable InstanceDeliveries deliveries) {
		this.ofNode = ofNode;
		this.deliveries = deliveries;
	}

	/**
	 * Returns the record of the deliveries, {@code null} if they are not recorded.
	 */
	public @Nullable InstanceDeliveries deliveries() {
		return this.deliveries;
	}

	/**
	 * Records the deliveries from now on.
	 * @param deliveries the record, {@code null} to record them no more
	 */
	public void record(@Nullable InstanceDeliveries deliveries) {
		this.deliveries = deliveries;
	}

	/** Adds a connection. */
	public void add(ActorConnection connection) {
		noteSize(connection.outbound().maxMessageSize());
		this.byId.put(connection.id(), connection);
		String user = userOf(connection);
		if (user != null) {
			put(this.byUser, user, connection);
		}
		connection.subscriptions().forEach((event) -> subscribed(connection, event));
	}

	private synchronized void noteSize(int maxMessageSize) {
		this.maxMessageSize = Math.min(this.maxMessageSize, maxMessageSize);
	}

	/**
	 * Removes a connection.
	 * @return whether it was present; if two threads race, {@code true} for one of them
	 * only
	 */
	public boolean remove(ActorConnection connection) {
		String user = userOf(connection);
		if (user != null) {
			remove(this.byUser, user, connection);
		}
		connection.subscriptions().forEach((event) -> unsubscribed(connection, event));
		return this.byId.remove(connection.id(), connection);
	}

	/**
	 * Records a new subscription of a connection in the index.
	 * @param connection the connection
	 * @param event name of the event
	 */
	public void subscribed(ActorConnection connection, String event) {
		if (this.ofNode && connection.isKeptToActor(event)) {
			return;
		}
		this.byEvent.compute(event, (name, present) -> {
			Subscribers subscribers = (present != null) ? present : new Subscribers();
			subscribers.add(connection);
			return subscribers;
		});
	}

	/**
	 * Records that a connection in the index has subscribed again: it may have lost
	 * access to the events of other actors.
	 * @param connection the connection
	 * @param event name of the event
	 */
	public void subscribedAgain(ActorConnection connection, String event) {
		if (this.ofNode && connection.isKeptToActor(event)) {
			unsubscribed(connection, event);
		}
	}

	/**
	 * Records the end of a subscription.
	 * @param connection the connection
	 * @param event name of the event
	 */
	public void unsubscribed(ActorConnection connection, String event) {
		this.byEvent.computeIfPresent(event, (name, subscribers) -> {
			subscribers.remove(connection);
			return subscribers.isEmpty() ? null : subscribers;
		});
	}

	private static @Nullable String userOf(ActorConnection connection) {
		String owner = connection.owner();
		return (owner == null || owner.isBlank()) ? null : owner;
	}

	private static void put(Map<String, Set<ActorConnection>> map, String name, ActorConnection connection) {
		map.compute(name, (key, present) -> {
			Set<ActorConnection> connections = (present != null) ? present : ConcurrentHashMap.newKeySet(2);
			connections.add(connection);
			return connections;
		});
	}

	private static void remove(Map<String, Set<ActorConnection>> map, String name, ActorConnection connection) {
		map.computeIfPresent(name, (key, connections) -> {
			connections.remove(connection);
			return connections.isEmpty() ? null : connections;
		});
	}

	/**
	 * Returns a connection, {@code null} if it is not in the index.
	 * @param id its id
	 */
	public @Nullable ActorConnection find(String id) {
		return this.byId.get(id);
	}

	/**
	 * Returns a snapshot of the connections of a user.
	 * @param name name of the principal
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 */
	public List<ActorConnection> ofUser(String name, @Nullable String issuer) {
		return List.copyOf(this.byUser.getOrDefault(Identity.owner(name, issuer), Set.of()));
	}

	/**
	 * Returns a snapshot of the owner ids of all users that have connections.
	 */
	public Set<String> users() {
		return Set.copyOf(this.byUser.keySet());
	}

	/** Returns a snapshot of all connections. */
	public List<ActorConnection> all() {
		return List.copyOf(this.byId.values());
	}

	/** Returns the number of connections. */
	public int size() {
		return this.byId.size();
	}

	@Override
	public Receipt dispatch(AddressedEvent dispatch) {
		return dispatch(dispatch, null, () -> {
		});
	}

	@Override
	public @Nullable Sending recordHeld(String event) {
		InstanceDeliveries deliveries = this.deliveries;
		return (deliveries != null) ? deliveries.begin(event) : null;
	}

	@Override
	public void check(AddressedEvent dispatch) {
		if (dispatch.droppable() || dispatch.selection() instanceof Selection.Where) {
			return; // a predicate is evaluated once, when the event is sent
		}
		OutgoingMessage message = message(dispatch, null);
		List<ActorConnection> chosen = choose(dispatch, candidates(dispatch));
		if (!chosen.isEmpty() && mayBeTooLong(message, chosen.get(0))) {
			prepare(chosen, message);
		}
	}

	/**
	 * Checks that an event that is sent later could be sent now, without encoding it
	 * again if it is short.
	 * @param dispatch the event
	 * @param size size of its arguments in any encoding, in bytes
	 * @throws RivetException {@code message.outgoing_too_long} if it is too long to be
	 * sent
	 */
	public void check(AddressedEvent dispatch, int size) {
		// a character of its name has at most six bytes
		if (mayBeTooLong(size + 6L * dispatch.event().length(), dispatch.tags())) {
			check(dispatch);
		}
	}

	/**
	 * Sends an event to the connections that it targets. It is sent to none of them if it
	 * is too long for one of them, or if a predicate or its encoding fails. Any other
	 * failure closes only the connection concerned.
	 * @param dispatch the event
	 * @param position its position in the event stream, {@code null} if it has none
	 * @param accepted called when the event is about to be queued and can no longer be
	 * rejected
	 * @return the counts of targeted and queued connections
	 * @throws RivetException {@code message.outgoing_too_long} if it exceeds the limit of
	 * one of them and is not droppable
	 */
	public Receipt dispatch(AddressedEvent dispatch, @Nullable Position position, Runnable accepted) {
		InstanceDeliveries deliveries = this.deliveries;
		if (deliveries != null && (position != null || this.ofNode)) {
			Sending sending = (position != null) ? deliveries.at(dispatch.event(), position)
					: deliveries.begin(dispatch.event());
			return dispatch(dispatch, position, accepted, new RecordedDispatch(deliveries, sending));
		}
		Collection<ActorConnection> candidates = candidates(dispatch);
		if (candidates.isEmpty()) {
			accepted.run();
			return Receipt.NOBODY;
		}
		OutgoingMessage message = message(dispatch, position);
		if (dispatch.selection() instanceof Selection.Where) {
			// the predicate is evaluated for all before the first send, so that nothing
			// is sent if it fails
			return dispatch(choose(dispatch, candidates), message, accepted, RecordedDispatch.NONE);
		}
		return dispatch(dispatch, candidates, message, accepted);
	}

	/** Sends an event and records what happens to it. */
	private Receipt dispatch(AddressedEvent dispatch, @Nullable Position position, Runnable accepted,
			RecordedDispatch record) {
		try {
			List<ActorConnection> chosen = choose(dispatch, candidates(dispatch));
			record.noteTargets(dispatch, chosen, this.byId.values(), this.ofNode);
			return dispatch(chosen, message(dispatch, position), accepted, record);
		}
		catch (Throwable ex) {
			record.noteFailure(ex);
			throw ex;
		}
	}

	/**
	 * Sends to connections of this node one by one, and to those of another node in one
	 * call.
	 */
	private Receipt dispatch(AddressedEvent dispatch, Collection<ActorConnection> candidates, OutgoingMessage message,
			Runnable accepted) {
		ActorConnection first = null;
		int targeted = 0;
		int queued = 0;
		GatewayFanOut elsewhere = null;
		boolean forAll = isForAllSubscribers(dispatch);
		for (ActorConnection connection : candidates) {
			if (forAll || isFor(connection, dispatch)) {
				if (first == null) {
					first = connection;
					if (mayBeTooLong(message, connection)) {
						return dispatch(choose(dispatch, candidates), message, accepted, RecordedDispatch.NONE);
					}
					accepted.run();
				}
				targeted++;
				GatewayOutbound gateway = connection.gateway();
				if (gateway == null) {
					queued += connection.deliver(message) ? 1 : 0;
				}
				else {
					elsewhere = (elsewhere != null) ? elsewhere : new GatewayFanOut(message, RecordedDispatch.NONE);
					elsewhere.add(connection, gateway, connection.prepare(message));
				}
			}
		}
		if (first == null) {
			accepted.run();
			return Receipt.NOBODY;
		}
		int all = queued + ((elsewhere != null) ? elsewhere.send() : 0);
		report(message, first, targeted, all);
		return new Receipt.Done(targeted, all);
	}

	private static OutgoingMessage message(AddressedEvent dispatch, @Nullable Position position) {
		return OutgoingMessage.of(new ToClient.Event(dispatch.event(), dispatch.args(), position, dispatch.tags(),
				dispatch.id(), dispatch.traceparent()), dispatch.droppable());
	}

	private List<ActorConnection> choose(AddressedEvent dispatch, Collection<ActorConnection> candidates) {
		return candidates.stream().filter((connection) -> isFor(connection, dispatch)).toList();
	}

	/**
	 * Returns whether the size has to be checked for each connection before the first
	 * send. Encodes the event for the first connection, which is necessary anyway: no
	 * other encoding is more than {@value #WIDEST} times as long.
	 */
	private boolean mayBeTooLong(OutgoingMessage message, ActorConnection first) {
		Set<String> tags = (message.message() instanceof ToClient.Event event) ? event.tags() : Set.of();
		return !message.isDroppable() && mayBeTooLong(first.outbound().sizeOf(message), tags);
	}

	/** The tags are added, since only some encodings include them. */
	private boolean mayBeTooLong(long size, Set<String> tags) {
		long most = tags.isEmpty() ? 0 : tags.stream().mapToLong((tag) -> 6L * tag.length() + 3).sum();
		return size * WIDEST + ENVELOPE + most > this.maxMessageSize;
	}

	private Receipt dispatch(List<ActorConnection> chosen, OutgoingMessage message, Runnable accepted,
			RecordedDispatch record) {
		List<@Nullable OutgoingMessage> prepared = prepare(chosen, message);
		accepted.run();
		int queued = 0;
		GatewayFanOut elsewhere = new GatewayFanOut(message, record);
		for (int i = 0; i < prepared.size(); i++) {
			OutgoingMessage each = prepared.get(i);
			ActorConnection connection = chosen.get(i);
			GatewayOutbound gateway = connection.gateway();
			record.noteInterceptors(connection, message, each);
			if (gateway != null) {
				elsewhere.add(connection, gateway, each);
			}
			else {
				boolean added = each != null && connection.queue(each);
				record.noteQueue(connection, each, added);
				queued += added ? 1 : 0;
			}
		}
		int all = queued + elsewhere.send();
		if (!chosen.isEmpty()) {
			report(message, chosen.get(0), chosen.size(), all);
		}
		return new Receipt.Done(chosen.size(), all);
	}

	/** Reports a sent event to the observers, once for all connections. */
	private void report(OutgoingMessage message, ActorConnection first, int targeted, int queued) {
		Observers observers = first.observers();
		if (!observers.observeEvents() && !observers.observeEncodings()) {
			return;
		}
		String actor = this.ofNode ? null : first.actorName();
		String event = ((ToClient.Event) message.message()).name();
		message.forEachEncoded(
				(encoding, encoded) -> observers.eventEncoded(actor, event, encoding.label(), encoded.bytes().length));
		observers.eventQueued(actor, event, targeted, queued);
	}

	/**
	 * The size limit is not checked for an event that an interceptor has changed: the
	 * sender cannot prevent that.
	 */
	private static List<@Nullable OutgoingMessage> prepare(List<ActorConnection> chosen, OutgoingMessage message) {
		List<@Nullable OutgoingMessage> prepared = new ArrayList<>(chosen.size());
		for (ActorConnection connection : chosen) {
			OutgoingMessage each = connection.prepare(message);
			if (each == message && !message.isDroppable()) {
				connection.checkSize(message);
			}
			prepared.add(each);
		}
		return prepared;
	}

	private Collection<ActorConnection> candidates(AddressedEvent dispatch) {
		if (dispatch.selection() instanceof Selection.These these) {
			return these.connectionIds().stream().map(this.byId::get).filter(Objects::nonNull).toList();
		}
		if (dispatch.selection() instanceof Selection.User user) {
			return this.byUser.getOrDefault(user.owner(), Set.of());
		}
		if (!dispatch.subscribed()) {
			return this.byId.values();
		}
		Subscribers subscribers = this.byEvent.get(dispatch.event());
		return (subscribers != null) ? subscribers.all() : List.of();
	}

	/** Whether this is a plain broadcast, which needs no check per connection. */
	private static boolean isForAllSubscribers(AddressedEvent dispatch) {
		return dispatch.subscribed() && dispatch.selection() == Selection.ALL && dispatch.tags().isEmpty();
	}

	private boolean isFor(ActorConnection connection, AddressedEvent dispatch) {
		return !connection.isStateless() && isSelected(connection, dispatch.selection())
				&& (!dispatch.subscribed() || isWantedBy(connection, dispatch));
	}

	/** An event for all connections needs no comparison. */
	private static boolean isSelected(ActorConnection connection, Selection selection) {
		return selection == Selection.ALL || selection.includes(connection, connection.id(), connection.owner());
	}

	private boolean isWantedBy(ActorConnection connection, AddressedEvent dispatch) {
		return connection.wants(dispatch.event(), dispatch.tags())
				&& !(this.ofNode && connection.isKeptToActor(dispatch.event()));
	}

}

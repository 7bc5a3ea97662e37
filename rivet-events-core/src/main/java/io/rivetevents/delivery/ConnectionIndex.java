package io.rivetevents.delivery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Receipt;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.Selection;
import io.rivetevents.observation.Observers;
import io.rivetevents.outbound.GatewayOutbound;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.OutgoingMessage;

/**
 * Connections by id, by user and by what they have subscribed to; sends an event to those
 * that it is for. Safe for use by several threads.
 */
public final class ConnectionIndex implements Dispatcher {

	/**
	 * How much longer an event can be in one encoding than in another: empty binary data
	 * has one byte in CBOR and 20 in JSON.
	 */
	private static final int WIDEST = 32;

	/** What stands around an event. */
	private static final int ENVELOPE = 1024;

	private final Map<String, ActorConnection> byId = new ConcurrentHashMap<>(4);

	private final Map<String, Set<ActorConnection>> byUser = new ConcurrentHashMap<>(4);

	private final Map<String, Subscribers> byEvent = new ConcurrentHashMap<>(4);

	/** Whether they are those of all actors. */
	private final boolean ofNode;

	/** Most bytes of a message that each connection so far would take. */
	private volatile int maxMessageSize = Integer.MAX_VALUE;

	/**
	 * Create an index of the connections of one actor.
	 */
	public ConnectionIndex() {
		this(false);
	}

	/**
	 * Create an index.
	 * @param ofNode whether it has the connections of all actors
	 */
	ConnectionIndex(boolean ofNode) {
		this.ofNode = ofNode;
	}

	/**
	 * Add a connection.
	 */
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
	 * Take a connection out.
	 * @return whether it was in: only the first of two that race is told so
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
	 * Note a new subscription of a connection that is in.
	 * @param connection whose
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
	 * Notes that a connection that is in has subscribed again: it may have lost the right
	 * to what comes from other actors.
	 * @param connection whose
	 * @param event name of the event
	 */
	public void subscribedAgain(ActorConnection connection, String event) {
		if (this.ofNode && connection.isKeptToActor(event)) {
			unsubscribed(connection, event);
		}
	}

	/**
	 * Note the end of a subscription.
	 * @param connection whose
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
	 * Return a connection, {@code null} if it is not in.
	 * @param id its id
	 */
	public @Nullable ActorConnection find(String id) {
		return this.byId.get(id);
	}

	/**
	 * Return the connections of a user; a snapshot.
	 * @param name name of the principal
	 * @param issuer issuer of the name, {@code null} for none and for the home issuer
	 */
	public List<ActorConnection> ofUser(String name, @Nullable String issuer) {
		return List.copyOf(this.byUser.getOrDefault(Identity.owner(name, issuer), Set.of()));
	}

	/**
	 * Return all connections; a snapshot.
	 */
	public List<ActorConnection> all() {
		return List.copyOf(this.byId.values());
	}

	/**
	 * Return how many there are.
	 */
	public int size() {
		return this.byId.size();
	}

	@Override
	public Receipt dispatch(AddressedEvent dispatch) {
		return dispatch(dispatch, null, () -> {
		});
	}

	@Override
	public void check(AddressedEvent dispatch) {
		if (dispatch.droppable() || dispatch.selection() instanceof Selection.Where) {
			return; // a predicate is asked once, when the event is sent
		}
		OutgoingMessage message = message(dispatch, null);
		List<ActorConnection> chosen = choose(dispatch, candidates(dispatch));
		if (!chosen.isEmpty() && mayBeTooLong(message, chosen.get(0))) {
			prepare(chosen, message);
		}
	}

	/**
	 * Bring an event to those whom it is for. Either nobody gets it, since it is too long
	 * for one of them, or a predicate or its encoding fails; or whatever fails for one
	 * connection ends that connection alone.
	 * @param dispatch the event
	 * @param position where it stands, {@code null} if nowhere
	 * @param accepted called when it is about to be queued, and will not be refused any
	 * more
	 * @return what became of it
	 * @throws RivetException {@code message.outgoing_too_long} if it is over the limit of
	 * one of them, and may not be dropped
	 */
	public Receipt dispatch(AddressedEvent dispatch, @Nullable Position position, Runnable accepted) {
		Collection<ActorConnection> candidates = candidates(dispatch);
		if (candidates.isEmpty()) {
			accepted.run();
			return Receipt.NOBODY;
		}
		OutgoingMessage message = message(dispatch, position);
		if (dispatch.selection() instanceof Selection.Where) {
			// all are asked before one is told, so that a predicate that fails sends
			// nothing
			return dispatch(choose(dispatch, candidates), message, accepted);
		}
		return dispatch(dispatch, candidates, message, accepted);
	}

	/** A connection of this node gets it at once, those of another node together. */
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
						return dispatch(choose(dispatch, candidates), message, accepted);
					}
					accepted.run();
				}
				targeted++;
				GatewayOutbound gateway = connection.gateway();
				if (gateway == null) {
					queued += connection.deliver(message) ? 1 : 0;
				}
				else {
					elsewhere = (elsewhere != null) ? elsewhere : new GatewayFanOut(message);
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
		return OutgoingMessage.of(new ToClient.Event(dispatch.event(), dispatch.args(), position, dispatch.tags()),
				dispatch.droppable());
	}

	private List<ActorConnection> choose(AddressedEvent dispatch, Collection<ActorConnection> candidates) {
		return candidates.stream().filter((connection) -> isFor(connection, dispatch)).toList();
	}

	/**
	 * Return whether an event has to be looked at for each connection before it is sent
	 * to the first. Encodes it for that one, which has to be done anyway: no encoding
	 * makes more than {@value #WIDEST} times as much of it.
	 */
	private boolean mayBeTooLong(OutgoingMessage message, ActorConnection first) {
		return !message.isDroppable()
				&& (long) first.outbound().sizeOf(message) * WIDEST + ENVELOPE + tags(message) > this.maxMessageSize;
	}

	/** Most bytes that tags take where they are told. */
	private static long tags(OutgoingMessage message) {
		if (!(message.message() instanceof ToClient.Event event) || event.tags().isEmpty()) {
			return 0;
		}
		return event.tags().stream().mapToLong((tag) -> 6L * tag.length() + 3).sum();
	}

	private Receipt dispatch(List<ActorConnection> chosen, OutgoingMessage message, Runnable accepted) {
		List<@Nullable OutgoingMessage> prepared = prepare(chosen, message);
		accepted.run();
		int queued = 0;
		GatewayFanOut elsewhere = new GatewayFanOut(message);
		for (int i = 0; i < prepared.size(); i++) {
			OutgoingMessage each = prepared.get(i);
			ActorConnection connection = chosen.get(i);
			GatewayOutbound gateway = connection.gateway();
			if (gateway != null) {
				elsewhere.add(connection, gateway, each);
			}
			else {
				queued += (each != null && connection.queue(each)) ? 1 : 0;
			}
		}
		int all = queued + elsewhere.send();
		if (!chosen.isEmpty()) {
			report(message, chosen.get(0), chosen.size(), all);
		}
		return new Receipt.Done(chosen.size(), all);
	}

	/** Reports to observers what has been sent: once, to however many connections. */
	private void report(OutgoingMessage message, ActorConnection first, int targeted, int queued) {
		Observers observers = first.observers();
		if (!observers.observeEvents() && !observers.observeEncodings()) {
			return;
		}
		String actor = this.ofNode ? null : first.actorName();
		String event = ((ToClient.Event) message.message()).name();
		message.forEachEncoded((encoding, encoded) -> observers.eventEncoded(actor, event,
				encoding.name().toLowerCase(Locale.ROOT).replace('_', '-'), encoded.bytes().length));
		observers.eventQueued(actor, event, targeted, queued);
	}

	/** One that an interceptor has changed is no fault of the sender's. */
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

	/** The plain broadcast: nobody has to be asked anything. */
	private static boolean isForAllSubscribers(AddressedEvent dispatch) {
		return dispatch.subscribed() && dispatch.selection() == Selection.ALL && dispatch.tags().isEmpty();
	}

	private boolean isFor(ActorConnection connection, AddressedEvent dispatch) {
		return !connection.isStateless() && isSelected(connection, dispatch.selection())
				&& (!dispatch.subscribed() || isWantedBy(connection, dispatch));
	}

	/** An event to all is compared with nothing of the connection. */
	private static boolean isSelected(ActorConnection connection, Selection selection) {
		return selection == Selection.ALL || selection.includes(connection, connection.id(), connection.owner());
	}

	private boolean isWantedBy(ActorConnection connection, AddressedEvent dispatch) {
		return connection.wants(dispatch.event(), dispatch.tags())
				&& !(this.ofNode && connection.isKeptToActor(dispatch.event()));
	}

}

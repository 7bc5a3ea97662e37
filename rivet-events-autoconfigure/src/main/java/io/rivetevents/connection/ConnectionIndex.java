package io.rivetevents.connection;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;

/**
 * Connections by id, by user and by what they have subscribed to. Safe for use by several
 * threads.
 */
public final class ConnectionIndex implements Dispatcher {

	private final Map<String, ClientConnection> byId = new ConcurrentHashMap<>(4);

	private final Map<String, Set<ClientConnection>> byUser = new ConcurrentHashMap<>(4);

	private final Map<String, Subscribers> byEvent = new ConcurrentHashMap<>(4);

	/**
	 * Add a connection.
	 */
	public void add(ClientConnection connection) {
		this.byId.put(connection.id(), connection);
		String user = userOf(connection);
		if (user != null) {
			put(this.byUser, user, connection);
		}
		connection.subscriptions().forEach((event) -> subscribed(connection, event));
	}

	/**
	 * Take a connection out.
	 * @return whether it was in: only the first of two that race is told so
	 */
	public boolean remove(ClientConnection connection) {
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
	public void subscribed(ClientConnection connection, String event) {
		this.byEvent.compute(event, (name, present) -> {
			Subscribers subscribers = (present != null) ? present : new Subscribers();
			subscribers.add(connection);
			return subscribers;
		});
	}

	/**
	 * Note the end of a subscription.
	 * @param connection whose
	 * @param event name of the event
	 */
	public void unsubscribed(ClientConnection connection, String event) {
		this.byEvent.computeIfPresent(event, (name, subscribers) -> {
			subscribers.remove(connection);
			return subscribers.isEmpty() ? null : subscribers;
		});
	}

	private static @Nullable String userOf(ClientConnection connection) {
		var principal = connection.principal();
		String name = (principal != null) ? principal.getName() : null;
		return (name == null || name.isBlank()) ? null : name;
	}

	private static void put(Map<String, Set<ClientConnection>> map, String name, ClientConnection connection) {
		map.compute(name, (key, present) -> {
			Set<ClientConnection> connections = (present != null) ? present : ConcurrentHashMap.newKeySet(2);
			connections.add(connection);
			return connections;
		});
	}

	private static void remove(Map<String, Set<ClientConnection>> map, String name, ClientConnection connection) {
		map.computeIfPresent(name, (key, connections) -> {
			connections.remove(connection);
			return connections.isEmpty() ? null : connections;
		});
	}

	/**
	 * Return a connection, {@code null} if it is not in.
	 * @param id its id
	 */
	public @Nullable ClientConnection find(String id) {
		return this.byId.get(id);
	}

	/**
	 * Return the connections of a user; a snapshot.
	 * @param name name of the principal
	 */
	public List<ClientConnection> ofUser(String name) {
		return List.copyOf(this.byUser.getOrDefault(name, Set.of()));
	}

	/**
	 * Return all connections; a snapshot.
	 */
	public List<ClientConnection> all() {
		return List.copyOf(this.byId.values());
	}

	/**
	 * Return how many there are.
	 */
	public int size() {
		return this.byId.size();
	}

	@Override
	public Receipt dispatch(Dispatch dispatch) {
		return dispatch(dispatch, null);
	}

	/**
	 * Bring an event to those whom it is for.
	 * @param dispatch the event
	 * @param position where it stands, {@code null} if nowhere
	 * @return what became of it
	 */
	public Receipt dispatch(Dispatch dispatch, @Nullable Position position) {
		Collection<ClientConnection> candidates = candidates(dispatch);
		if (candidates.isEmpty()) {
			return Receipt.NOBODY;
		}
		OutgoingMessage message = OutgoingMessage.of(new ToClient.Event(dispatch.event(), dispatch.args(), position),
				dispatch.droppable());
		if (dispatch.selection() instanceof Selection.Where) {
			// all are asked before one is told, so that a predicate that fails sends
			// nothing
			List<ClientConnection> chosen = candidates.stream()
				.filter((connection) -> isFor(connection, dispatch))
				.toList();
			int queued = chosen.stream().mapToInt((connection) -> connection.deliver(message) ? 1 : 0).sum();
			return new Receipt.Done(chosen.size(), queued);
		}
		int targeted = 0;
		int queued = 0;
		boolean forAll = isForAllSubscribers(dispatch);
		for (ClientConnection connection : candidates) {
			if (forAll || isFor(connection, dispatch)) {
				targeted++;
				queued += connection.deliver(message) ? 1 : 0;
			}
		}
		return new Receipt.Done(targeted, queued);
	}

	private Collection<ClientConnection> candidates(Dispatch dispatch) {
		if (dispatch.selection() instanceof Selection.These these) {
			return these.connectionIds().stream().map(this.byId::get).filter(Objects::nonNull).toList();
		}
		if (dispatch.selection() instanceof Selection.User user) {
			return this.byUser.getOrDefault(user.name(), Set.of());
		}
		if (!dispatch.subscribed()) {
			return this.byId.values();
		}
		Subscribers subscribers = this.byEvent.get(dispatch.event());
		return (subscribers != null) ? subscribers.all() : List.of();
	}

	/** The plain broadcast: nobody has to be asked anything. */
	private static boolean isForAllSubscribers(Dispatch dispatch) {
		return dispatch.subscribed() && dispatch.selection() == Selection.ALL && dispatch.tags().isEmpty();
	}

	private static boolean isFor(ClientConnection connection, Dispatch dispatch) {
		return !connection.isStateless() && dispatch.selection().includes(connection)
				&& (!dispatch.subscribed() || connection.wants(dispatch.event(), dispatch.tags()));
	}

}

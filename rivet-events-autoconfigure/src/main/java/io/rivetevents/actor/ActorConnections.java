package io.rivetevents.actor;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ValueMapper;

/**
 * The connections of one instance, and who of them has subscribed to what. Changed within
 * turns, read by any thread.
 */
final class ActorConnections {

	private final Map<String, ClientConnection> byId = new ConcurrentHashMap<>(4);

	private final Map<String, Set<ClientConnection>> byEvent = new ConcurrentHashMap<>(4);

	private final ValueMapper mapper;

	ActorConnections(ValueMapper mapper) {
		this.mapper = mapper;
	}

	void add(ClientConnection connection) {
		this.byId.put(connection.id(), connection);
	}

	/**
	 * Take a connection out.
	 * @return whether it was in: only the first of two that race is told so
	 */
	boolean remove(ClientConnection connection) {
		List.copyOf(connection.subscriptions()).forEach((event) -> unsubscribe(connection, event));
		return this.byId.remove(connection.id(), connection);
	}

	@Nullable ClientConnection find(String id) {
		return this.byId.get(id);
	}

	boolean isEmpty() {
		return this.byId.isEmpty();
	}

	List<ClientConnection> snapshot() {
		return List.copyOf(this.byId.values());
	}

	Collection<Connection<@Nullable Object>> all() {
		return List.copyOf(this.byId.values());
	}

	void subscribe(ClientConnection connection, String event) {
		if (connection.subscriptions().add(event)) {
			this.byEvent.computeIfAbsent(event, (name) -> ConcurrentHashMap.newKeySet()).add(connection);
		}
	}

	void unsubscribe(ClientConnection connection, String event) {
		if (connection.subscriptions().remove(event)) {
			this.byEvent.computeIfPresent(event, (name, subscribers) -> {
				subscribers.remove(connection);
				return subscribers.isEmpty() ? null : subscribers;
			});
		}
	}

	void broadcast(Predicate<? super Connection<@Nullable Object>> who, String event, @Nullable Object... args) {
		Set<ClientConnection> subscribers = this.byEvent.get(event);
		if (subscribers == null) {
			return;
		}
		OutgoingMessage message = OutgoingMessage
			.of(new ToClient.Event(event, ClientConnection.toTrees(this.mapper, args)));
		for (ClientConnection connection : subscribers) {
			if (who.test(connection)) {
				connection.outbound().send(message);
			}
		}
	}

}

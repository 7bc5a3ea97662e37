package io.rivetevents.actor;

import java.util.Collection;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.ClientConnection;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.ConnectionIndex;
import io.rivetevents.connection.Dispatch;
import io.rivetevents.connection.Receipt;

/**
 * The connections of one instance, each of which is among the node's, too. Changed within
 * turns, read by any thread.
 */
final class ActorConnections {

	private final ConnectionIndex own = new ConnectionIndex();

	private final ConnectionIndex ofNode;

	ActorConnections(ConnectionIndex ofNode) {
		this.ofNode = ofNode;
	}

	void add(ClientConnection connection) {
		this.own.add(connection);
		if (!connection.isStateless()) {
			this.ofNode.add(connection);
		}
	}

	/**
	 * Take a connection out.
	 * @return whether it was in: only the first of two that race is told so
	 */
	boolean remove(ClientConnection connection) {
		this.ofNode.remove(connection);
		return this.own.remove(connection);
	}

	@Nullable ClientConnection find(String id) {
		return this.own.find(id);
	}

	boolean isEmpty() {
		return this.own.size() == 0;
	}

	List<ClientConnection> snapshot() {
		return this.own.all();
	}

	Collection<Connection<@Nullable Object>> all() {
		return List.copyOf(this.own.all());
	}

	void subscribe(ClientConnection connection, String event, Set<String> tags) {
		if (connection.subscribe(event, tags)) {
			this.own.subscribed(connection, event);
			this.ofNode.subscribed(connection, event);
		}
	}

	void unsubscribe(ClientConnection connection, String event) {
		if (connection.unsubscribe(event)) {
			this.own.unsubscribed(connection, event);
			this.ofNode.unsubscribed(connection, event);
		}
	}

	Receipt dispatch(Dispatch dispatch) {
		return this.own.dispatch(dispatch);
	}

}

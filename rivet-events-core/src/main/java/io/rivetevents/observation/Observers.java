package io.rivetevents.observation;

import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.protocol.CloseReason;

/**
 * All observers of the application, one after the other in their order. A method without
 * an observer that overrides it costs nothing but the call: what has to be measured for
 * it is measured only if there is one. Safe for use by several threads.
 */
public final class Observers {

	/** Calls none. */
	public static final Observers NONE = new Observers(List.of());

	private final List<? extends ConnectionObserver> observers;

	private final Callback<ActorObserver> actorCreated;

	private final Callback<ActorObserver> actorWoken;

	private final Callback<ActorObserver> actorLeaves;

	private final Callback<ActorObserver> actorSlept;

	private final Callback<ActorObserver> actorDestroyed;

	private final Callback<ActorObserver> connectionOpened;

	private final Callback<ActorObserver> connectionClosed;

	private final Callback<ActorObserver> badRequest;

	private final Callback<ConnectionObserver> authenticationTimedOut;

	private final Callback<ConnectionObserver> slowConsumer;

	private final Callback<ConnectionObserver> eventsDropped;

	/**
	 * Creates the observers.
	 * @param observers those of connections, some of which are those of actors, too
	 */
	public Observers(List<? extends ConnectionObserver> observers) {
		this.observers = List.copyOf(observers);
		this.actorCreated = ofActors("actorCreated", ActorInfo.class);
		this.actorWoken = ofActors("actorWoken", ActorInfo.class);
		this.actorLeaves = ofActors("actorLeaves", ActorInfo.class);
		this.actorSlept = ofActors("actorSlept", ActorInfo.class);
		this.actorDestroyed = ofActors("actorDestroyed", ActorInfo.class);
		this.connectionOpened = ofActors("connectionOpened", Connection.class);
		this.connectionClosed = ofActors("connectionClosed", Connection.class, CloseReason.class);
		this.badRequest = ofActors("badRequest", Connection.class, ActorAddress.class, String.class,
				InvalidArgumentException.class);
		this.authenticationTimedOut = ofConnections("authenticationTimedOut", URI.class, InetSocketAddress.class);
		this.slowConsumer = ofConnections("slowConsumer", Connection.class);
		this.eventsDropped = ofConnections("eventsDropped", Connection.class, String.class, long.class);
	}

	private Callback<ActorObserver> ofActors(String method, Class<?>... parameters) {
		return Callback.of(this.observers, ActorObserver.class, method, parameters);
	}

	private Callback<ConnectionObserver> ofConnections(String method, Class<?>... parameters) {
		return Callback.of(this.observers, ConnectionObserver.class, method, parameters);
	}

	// Instances

	public void actorCreated(ActorInfo actor) {
		this.actorCreated.call((observer) -> observer.actorCreated(actor));
	}

	public void actorWoken(ActorInfo actor) {
		this.actorWoken.call((observer) -> observer.actorWoken(actor));
	}

	public void actorLeaves(ActorInfo actor) {
		this.actorLeaves.call((observer) -> observer.actorLeaves(actor));
	}

	public void actorSlept(ActorInfo actor) {
		this.actorSlept.call((observer) -> observer.actorSlept(actor));
	}

	public void actorDestroyed(ActorInfo actor) {
		this.actorDestroyed.call((observer) -> observer.actorDestroyed(actor));
	}

	public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
		this.badRequest.call((observer) -> observer.badRequest(connection, actor, action, violation));
	}

	// Connections

	public void connectionOpened(Connection<?> connection) {
		this.connectionOpened.call((observer) -> observer.connectionOpened(connection));
	}

	public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
		this.connectionClosed.call((observer) -> observer.connectionClosed(connection, reason));
	}

	public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
		this.authenticationTimedOut.call((observer) -> observer.authenticationTimedOut(handshake, remoteAddress));
	}

	public void slowConsumer(Connection<?> connection) {
		this.slowConsumer.call((observer) -> observer.slowConsumer(connection));
	}

	public void eventsDropped(Connection<?> connection, String event, long total) {
		this.eventsDropped.call((observer) -> observer.eventsDropped(connection, event, total));
	}

}

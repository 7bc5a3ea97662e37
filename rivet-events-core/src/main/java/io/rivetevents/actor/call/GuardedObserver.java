package io.rivetevents.actor.call;

import java.net.InetSocketAddress;
import java.net.URI;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;

/**
 * An observer whose failures, an {@link Error} as well, are logged and have no other
 * effect: an instance is never left half started or half gone because of one.
 *
 * @param observer the application's
 */
public record GuardedObserver(ActorObserver observer) implements ActorObserver {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(GuardedObserver.class));

	@Override
	public void actorCreated(ActorInfo actor) {
		tell(() -> this.observer.actorCreated(actor));
	}

	@Override
	public void actorWoken(ActorInfo actor) {
		tell(() -> this.observer.actorWoken(actor));
	}

	@Override
	public void actorLeaves(ActorInfo actor) {
		tell(() -> this.observer.actorLeaves(actor));
	}

	@Override
	public void actorSlept(ActorInfo actor) {
		tell(() -> this.observer.actorSlept(actor));
	}

	@Override
	public void actorDestroyed(ActorInfo actor) {
		tell(() -> this.observer.actorDestroyed(actor));
	}

	@Override
	public void connectionOpened(Connection<?> connection) {
		tell(() -> this.observer.connectionOpened(connection));
	}

	@Override
	public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
		tell(() -> this.observer.connectionClosed(connection, reason));
	}

	@Override
	public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
		tell(() -> this.observer.badRequest(connection, actor, action, violation));
	}

	@Override
	public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
		tell(() -> this.observer.authenticationTimedOut(handshake, remoteAddress));
	}

	@Override
	public void slowConsumer(Connection<?> connection) {
		tell(() -> this.observer.slowConsumer(connection));
	}

	@Override
	public void eventsDropped(Connection<?> connection, String event, long total) {
		tell(() -> this.observer.eventsDropped(connection, event, total));
	}

	private static void tell(Runnable call) {
		try {
			call.run();
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "An observer of instances failed");
		}
	}

}

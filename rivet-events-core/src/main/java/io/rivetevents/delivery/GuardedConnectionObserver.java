package io.rivetevents.delivery;

import java.net.InetSocketAddress;
import java.net.URI;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.failure.RepeatedFailures;

/**
 * An observer whose failures, an {@link Error} as well, are logged and have no other
 * effect.
 *
 * @param observer the application's
 */
record GuardedConnectionObserver(ConnectionObserver observer) implements ConnectionObserver {

	private static final RepeatedFailures failures = new RepeatedFailures(
			LogFactory.getLog(GuardedConnectionObserver.class));

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
			failures.error(ex, () -> "An observer of connections failed");
		}
	}

}

package io.rivetevents.autoconfigure;

import java.time.Duration;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.SmartLifecycle;

import io.rivetevents.actor.LocalActorDirectory;
import io.rivetevents.cluster.Connections;

/**
 * Starts the clock of the actors and the backplane, and ends them before the web server
 * stops: an open socket would hold its graceful shutdown up.
 */
final class RivetEventsLifecycle implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(RivetEventsLifecycle.class);

	private final LocalActorDirectory directory;

	private final Connections connections;

	private final Duration timeout;

	private volatile boolean running;

	RivetEventsLifecycle(LocalActorDirectory directory, Connections connections, Duration timeout) {
		this.directory = directory;
		this.connections = connections;
		this.timeout = timeout;
	}

	@Override
	public void start() {
		this.directory.start();
		this.connections.start();
		this.running = true;
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.directory.stop().timeout(this.timeout).doFinally((signal) -> {
			this.connections.stop();
			callback.run();
		})
			.subscribe(null, (ex) -> logger
				.warn("%d instances could not be ended in %s".formatted(this.directory.size(), this.timeout)));
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}

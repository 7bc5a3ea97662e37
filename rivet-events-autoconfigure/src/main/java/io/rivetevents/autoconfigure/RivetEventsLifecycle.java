/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.outbox.StoredOutbox;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.placement.NodeShutdown;

/**
 * Starts the node and the backplane, and stops them before the web server: an open socket
 * would delay its graceful shutdown.
 */
final class RivetEventsLifecycle implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(RivetEventsLifecycle.class);

	private final LocalNode node;

	private final NodeShutdown shutdown;

	/** {@code null} if the application has its own connections. */
	private final @Nullable ClusterConnections connections;

	/** {@code null} if the application has none. */
	private final @Nullable StoredOutbox outbox;

	private volatile boolean running;

	RivetEventsLifecycle(LocalNode node, NodeShutdown shutdown, @Nullable ClusterConnections connections,
			@Nullable StoredOutbox outbox) {
		this.node = node;
		this.shutdown = shutdown;
		this.connections = connections;
		this.outbox = outbox;
	}

	@Override
	public void start() {
		this.node.start();
		if (this.connections != null) {
			this.connections.start();
		}
		if (this.outbox != null) {
			this.outbox.start();
		}
		this.running = true;
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		if (this.outbox != null) {
			this.outbox.stop();
		}
		this.shutdown.run().doFinally((signal) -> {
			if (this.connections != null) {
				this.connections.stop();
			}
			callback.run();
		}).subscribe(null, (ex) -> logger.error("Instances were not stopped in an orderly way", ex));
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

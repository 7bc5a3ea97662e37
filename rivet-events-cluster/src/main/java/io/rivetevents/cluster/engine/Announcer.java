/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jgroups.JChannel;
import org.jgroups.protocols.TP;
import org.jspecify.annotations.Nullable;

/**
 * Makes the address of this node known while it is connected, and reads those of the
 * others again. Does nothing with a configuration of the application.
 */
final class Announcer {

	private static final Log logger = LogFactory.getLog(Announcer.class);

	/** Time between two announcements, in seconds. */
	private static final long INTERVAL = 5;

	private final TP transport;

	private final @Nullable DiscoveryProtocol protocol;

	private final Discovery discovery;

	private final Discovery.Entry entry;

	private final Supplier<Set<String>> connected;

	private @Nullable Future<?> task;

	private boolean announced;

	private boolean stopped;

	Announcer(JChannel channel, JGroupsSettings settings, Supplier<Set<String>> connected) {
		this.transport = channel.getProtocolStack().getTransport();
		this.protocol = channel.getProtocolStack().findProtocol(DiscoveryProtocol.class);
		this.discovery = settings.discovery();
		this.entry = new Discovery.Entry(settings.cluster(), settings.node(),
				new InetSocketAddress(this.transport.getBindAddress(), this.transport.getBindPort()));
		this.connected = connected;
	}

	/** Announces the address for the first time. */
	synchronized void announce() {
		if (this.protocol != null && !this.stopped) {
			this.announced = true;
			this.discovery.announce(this.entry, this.connected.get());
		}
	}

	/** Announces it again and again. */
	synchronized void start() {
		if (this.protocol != null) {
			this.task = this.transport.getTimer()
				.scheduleWithFixedDelay(() -> repeat(this.protocol), INTERVAL, INTERVAL, TimeUnit.SECONDS, true);
		}
	}

	private void repeat(DiscoveryProtocol protocol) {
		try {
			announce();
		}
		catch (IllegalStateException ex) {
			logger.warn("New nodes may not find this one at present, will retry: " + ex.getMessage());
		}
		protocol.refresh();
	}

	/** Withdraws the address. */
	synchronized void stop() {
		this.stopped = true;
		if (this.task != null) {
			this.task.cancel(false);
		}
		if (this.announced) {
			withdraw();
		}
	}

	private void withdraw() {
		try {
			this.discovery.withdraw(this.entry);
		}
		catch (IllegalStateException ex) {
			logger.debug("The address of this node remains: " + ex.getMessage());
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.NodeCommand;

/**
 * The backplane of a single node.
 */
public final class LocalBackplane implements Backplane {

	private final AtomicLong published = new AtomicLong();

	private volatile boolean started;

	@Override
	public void start(Consumer<AddressedEvent> receiver) {
		this.started = true;
	}

	@Override
	public void stop() {
		this.started = false;
	}

	@Override
	public void publish(AddressedEvent dispatch) {
		Backplane.checkTravels(dispatch);
		this.published.incrementAndGet();
	}

	@Override
	public boolean reachesOtherNodes() {
		return false;
	}

	/** Returns {@code true}: there is no other node to send commands to. */
	@Override
	public boolean carriesCommands() {
		return true;
	}

	@Override
	public void publish(NodeCommand command) {
		this.published.incrementAndGet();
	}

	@Override
	public BackplaneStatus status() {
		return new BackplaneStatus(this.started, this.published.get(), 0, 0, 0, 0, 0);
	}

}

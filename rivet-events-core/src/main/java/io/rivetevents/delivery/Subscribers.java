/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The connections that have subscribed to an event. Each broadcast iterates over an
 * array, which is created again after a change. Safe for use by several threads.
 */
final class Subscribers {

	private final Set<ActorConnection> connections = new LinkedHashSet<>(2);

	/**
	 * {@code null} after a change; set only while locked, so that it is never outdated.
	 */
	private volatile @Nullable List<ActorConnection> all;

	synchronized void add(ActorConnection connection) {
		this.connections.add(connection);
		this.all = null;
	}

	synchronized void remove(ActorConnection connection) {
		this.connections.remove(connection);
		this.all = null;
	}

	synchronized boolean isEmpty() {
		return this.connections.isEmpty();
	}

	/**
	 * Returns all of them; a concurrent change may or may not be included.
	 */
	List<ActorConnection> all() {
		List<ActorConnection> all = this.all;
		return (all != null) ? all : collect();
	}

	private synchronized List<ActorConnection> collect() {
		List<ActorConnection> all = List.copyOf(this.connections);
		this.all = all;
		return all;
	}

}

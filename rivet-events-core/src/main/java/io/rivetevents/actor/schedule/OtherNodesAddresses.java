/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Addresses of instances that have due schedules and belong on other nodes, by their ids:
 * as long as a schedule is due, each node finds it once a second, and must not load the
 * instance for that. The address of an id never changes. The addresses used last are
 * kept. Safe for use by several threads.
 */
public final class OtherNodesAddresses {

	/** Most addresses that are kept. */
	static final int MAX = 4096;

	private final Map<String, ActorAddress> kept = new LinkedHashMap<>(0, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, ActorAddress> eldest) {
			return size() > MAX;
		}

	};

	/** Returns the address of an instance, {@code null} if it is not kept. */
	public synchronized @Nullable ActorAddress find(String actorId) {
		return this.kept.get(actorId);
	}

	/** Keeps the address of an instance. */
	public synchronized void add(String actorId, ActorAddress address) {
		this.kept.put(actorId, address);
	}

}

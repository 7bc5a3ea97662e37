/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.extension.ActorObserver;

/**
 * The instances that were in the memory of this node and sleep now, which no call can
 * find out without waking them. Safe for use by several threads.
 */
class SleepWatch implements ActorObserver {

	private final Set<ActorAddress> asleep = ConcurrentHashMap.newKeySet();

	/** Returns whether an instance was here last and sleeps. */
	boolean isAsleep(ActorAddress address) {
		return this.asleep.contains(address);
	}

	@Override
	public void actorCreated(ActorInfo actor) {
		this.asleep.remove(actor.address());
	}

	@Override
	public void actorWoken(ActorInfo actor) {
		this.asleep.remove(actor.address());
	}

	@Override
	public void actorSlept(ActorInfo actor) {
		this.asleep.add(actor.address());
	}

}

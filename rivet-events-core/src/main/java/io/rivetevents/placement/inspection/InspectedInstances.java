/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.util.Collection;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.hibernation.SleepingInstances;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.placement.pending.Departures;

/**
 * The instances of a node. Safe for use by several threads.
 */
public interface InspectedInstances {

	/** Returns the instances in memory. */
	Collection<ActorInstance> all();

	/** Returns the instance at an address, {@code null} if none is in memory. */
	@Nullable ActorInstance find(ActorAddress address);

	/** Returns the open connections of instances that sleep. */
	SleepingInstances sleeping();

	/** Returns the signals of instances that have left memory. */
	Departures departures();

}

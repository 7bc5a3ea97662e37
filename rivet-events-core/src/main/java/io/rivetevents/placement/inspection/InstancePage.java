/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;

/**
 * A part of the list of an actor's instances.
 *
 * @param instances the instances; fewer than requested, or none, even if more follow
 * @param next where the next part begins, {@code null} after the last one
 */
public record InstancePage(List<Entry> instances, @Nullable String next) {

	public InstancePage {
		instances = List.copyOf(instances);
	}

	/** Returns the same page after other instances. */
	InstancePage after(List<Entry> others) {
		return new InstancePage(Stream.concat(others.stream(), this.instances.stream()).toList(), this.next);
	}

	/**
	 * An instance.
	 *
	 * @param address its address
	 * @param status where it is
	 * @param node name of the node on which it belongs, {@code null} if that is this node
	 * @param info its id and dates, {@code null} while it starts
	 * @param savedAt when it was saved, {@code null} if it is in memory
	 * @param connections number of its open connections
	 * @param pendingTurns number of its turns that wait or run
	 * @param unused time since the last turn of a client began, {@code null} if it is not
	 * in memory
	 */
	public record Entry(ActorAddress address, InstanceStatus status, @Nullable String node, @Nullable ActorInfo info,
			@Nullable Instant savedAt, int connections, int pendingTurns, @Nullable Duration unused) {
	}

}

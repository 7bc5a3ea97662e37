/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.schedule.ScheduleEntry;
import io.rivetevents.actor.turn.RanTurn;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.protocol.Position;

/**
 * An instance at one moment.
 *
 * @param address its address
 * @param status where it is
 * @param node name of the node that has it in memory; {@code null} if none is known
 * @param info its id and dates, {@code null} while it starts
 * @param savedAt when the state was saved, {@code null} unless it was read from the store
 * @param pendingTurns number of its turns that wait or run, besides that of the reader
 * @param unused time since the last turn of a client began, {@code null} if it is not in
 * memory
 * @param state its state; {@code null} if it has none or was not read
 * @param contents what else was read in a turn, {@code null} if it was not
 * @param turns its last turns, the newest first; they are kept while it is described
 * again and again, or recorded
 * @param connections its connections on this node, or those that it sleeps with
 */
public record InstanceReport(ActorAddress address, InstanceStatus status, @Nullable String node,
		@Nullable ActorInfo info, @Nullable Instant savedAt, int pendingTurns, @Nullable Duration unused,
		@Nullable InstanceState state, @Nullable Contents contents, List<RanTurn> turns,
		Collection<ActorConnection> connections) {

	/**
	 * What was read in a turn.
	 *
	 * @param saved whether the state has not been used since it was saved
	 * @param position position of its last event
	 * @param historyEvents number of events that are recorded for clients that resume
	 * @param historyBytes memory of these events
	 * @param schedules its schedules, in the order of their times
	 */
	public record Contents(boolean saved, Position position, int historyEvents, long historyBytes,
			List<ScheduleEntry> schedules) {

		public Contents {
			schedules = List.copyOf(schedules);
		}

	}

}

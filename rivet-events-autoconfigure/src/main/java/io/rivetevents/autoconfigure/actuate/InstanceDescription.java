/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.schedule.ScheduleEntry;
import io.rivetevents.actor.turn.RanTurn;
import io.rivetevents.placement.inspection.InstanceReport;
import io.rivetevents.placement.inspection.InstanceStatus;
import io.rivetevents.protocol.Position;

/**
 * An instance, as the endpoint shows it. Parts that could not be read are {@code null}.
 *
 * @param actor name of its actor
 * @param namespace its namespace
 * @param key its serialized key
 * @param keyParts the same key
 * @param status where it is
 * @param node name of the node that has it in memory
 * @param id its id
 * @param generation number of times that it has been loaded
 * @param createdAt when it was created
 * @param startedAt when it was loaded, {@code null} while it sleeps
 * @param savedAt when it was saved, if it sleeps
 * @param pendingTurns number of turns that wait or run
 * @param idle milliseconds since the last turn of a client began
 * @param state its state, of which values may be replaced
 * @param stateSize size of its state in bytes, {@code null} if it is truncated
 * @param stateTruncated {@code true} if {@code state} is only its beginning
 * @param stateProblem why its state is not shown
 * @param stateSaved whether the state has not been used since it was saved
 * @param position position of its last event
 * @param history its recorded events
 * @param schedules its schedules
 * @param turns its last turns, the newest first; {@code null} unless it is in memory
 * @param connections its connections, at most {@value #MAX_CONNECTIONS}
 * @param connectionsOmitted number of further connections
 */
record InstanceDescription(String actor, String namespace, String key, List<String> keyParts, String status,
		@Nullable String node, @Nullable String id, @Nullable Long generation, @Nullable Instant createdAt,
		@Nullable Instant startedAt, @Nullable Instant savedAt, int pendingTurns, @Nullable Long idle,
		@Nullable Object state, @Nullable Integer stateSize, @Nullable Boolean stateTruncated,
		@Nullable String stateProblem, @Nullable Boolean stateSaved, @Nullable Position position,
		@Nullable History history, @Nullable List<Schedule> schedules, @Nullable List<Turn> turns,
		List<ConnectionDescription> connections, int connectionsOmitted) implements OperationResponseBody {

	/** Most connections that are shown. */
	static final int MAX_CONNECTIONS = 1000;

	/**
	 * Recorded events.
	 *
	 * @param events their number
	 * @param bytes their memory
	 */
	record History(int events, long bytes) {
	}

	/**
	 * A schedule.
	 *
	 * @param id its id
	 * @param action name of its action
	 * @param dueAt when it is due
	 * @param attempts number of failed attempts
	 * @param error code of the last failure
	 * @param failed whether it is not attempted any more
	 */
	record Schedule(String id, String action, Instant dueAt, int attempts, @Nullable String error, boolean failed) {

		static Schedule of(ScheduleEntry entry) {
			return new Schedule(entry.id(), entry.action(), entry.dueAt(), entry.attempts(), entry.error(),
					entry.runAt() == null);
		}

	}

	/**
	 * A turn.
	 *
	 * @param startedAt when it has started
	 * @param waited milliseconds that it has waited in the mailbox
	 * @param duration milliseconds that it has run, {@code null} if it still runs
	 * @param calls what it has called
	 * @param error code or class of its first failure, {@code null} if there was none
	 */
	record Turn(Instant startedAt, double waited, @Nullable Double duration, List<String> calls,
			@Nullable String error) {

		static Turn of(RanTurn turn) {
			return new Turn(turn.startedAt(), exactMillis(turn.waited()),
					(turn.duration() != null) ? exactMillis(turn.duration()) : null, turn.calls(), turn.error());
		}

		/** Most turns take less than a millisecond. */
		private static double exactMillis(Duration time) {
			return time.toNanos() / 1000 / 1000.0;
		}

	}

	/**
	 * Describes an instance.
	 * @param state its state
	 * @param here name of this node
	 */
	static InstanceDescription of(InstanceReport report, ShownState state, String here) {
		ActorAddress address = report.address();
		ActorInfo info = report.info();
		InstanceReport.Contents contents = report.contents();
		int omitted = Math.max(0, report.connections().size() - MAX_CONNECTIONS);
		return new InstanceDescription(address.name(), address.namespace(), address.key().serialize(),
				address.key().parts(), text(report.status()), node(report, here),
				(info != null) ? info.actorId() : null, (info != null) ? info.generation() : null,
				(info != null) ? info.createdAt() : null, (info != null) ? info.startedAt() : null, report.savedAt(),
				report.pendingTurns(), millis(report.unused()), state.value(), state.size(), state.truncated(),
				state.problem(), (contents != null) ? contents.saved() : null,
				(contents != null) ? contents.position() : null,
				(contents != null) ? new History(contents.historyEvents(), contents.historyBytes()) : null,
				(contents != null) ? contents.schedules().stream().map(Schedule::of).toList() : null,
				(report.unused() != null) ? report.turns().stream().map(Turn::of).toList() : null,
				report.connections()
					.stream()
					.limit(MAX_CONNECTIONS)
					.map((connection) -> ConnectionDescription.of(connection, here))
					.toList(),
				omitted);
	}

	private static @Nullable String node(InstanceReport report, String here) {
		return switch (report.status()) {
			case AWAKE, STARTING, BUSY -> here;
			case SLEEPING -> null;
			case ELSEWHERE -> report.node();
		};
	}

	static String text(InstanceStatus status) {
		return status.name().toLowerCase(Locale.ROOT);
	}

	static @Nullable Long millis(@Nullable Duration time) {
		return (time != null) ? time.toMillis() : null;
	}

}

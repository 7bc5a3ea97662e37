/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Schedule;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;

/**
 * A run of a schedule that is due. Its methods are called in the turn of the run.
 */
public final class DueRun {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(DueRun.class));

	/** Reasons for which a commit fails although the action has succeeded. */
	private static final Set<CloseReason> UNCOMMITTED = Set.of(CloseReason.of(ErrorCode.STATE_UNAVAILABLE),
			CloseReason.of(ErrorCode.RESTARTING), CloseReason.of(ErrorCode.OUTCOME_UNKNOWN));

	private final InstanceSchedules schedules;

	private final ScheduleEntry entry;

	private final Instant start;

	private boolean commits;

	private boolean committed;

	private DueRun(InstanceSchedules schedules, ScheduleEntry entry, Instant start) {
		this.schedules = schedules;
		this.entry = entry;
		this.start = start;
	}

	/**
	 * Returns a run.
	 * @param schedules schedules of the instance
	 * @param id id of the schedule
	 * @return {@code null} if the schedule is not due, or not present any more
	 */
	public static @Nullable DueRun of(InstanceSchedules schedules, String id) {
		ScheduleEntry entry = schedules.find(id);
		Instant now = schedules.now();
		return (entry != null && entry.isDue(now)) ? new DueRun(schedules, entry, now) : null;
	}

	/**
	 * Returns whether the schedule was declared by an annotation that its actor no longer
	 * has.
	 */
	public boolean isLeftOver(List<DeclaredSchedule> declared) {
		return this.entry.declared() && declared.stream().noneMatch((each) -> each.name().equals(this.entry.id()));
	}

	/** Removes the schedule. */
	public void remove() {
		this.schedules.replace(this.entry, null);
	}

	/** Returns the schedule as it was before the run. */
	public ScheduleEntry entry() {
		return this.entry;
	}

	/** Returns whether the time was missed and the action is not called for it. */
	public boolean isSkipped() {
		return this.entry.isSkipped(this.start);
	}

	/**
	 * Notes that the time of the schedule has passed, unless the action has changed the
	 * schedule.
	 */
	public void succeed() {
		this.commits = true;
		this.schedules.replace(this.entry, this.entry.next(this.start));
	}

	/** Returns the arguments, which the action may change. */
	public List<JsonNode> args() {
		return this.entry.args().stream().map(JsonNode::deepCopy).toList();
	}

	/** Returns whether a transaction has committed the end of the run. */
	public boolean isCommitted() {
		return this.committed;
	}

	/** Notes that a transaction has committed the end of the run. */
	public void noteCommitted() {
		this.committed = true;
	}

	/**
	 * Returns whether the action has succeeded and its commit has failed for a reason
	 * that is not its own, so that the run does not count as a failed attempt.
	 */
	public boolean isUncommitted(Throwable cause) {
		return this.commits && cause instanceof RivetException refusal && UNCOMMITTED.contains(refusal.closeReason());
	}

	/**
	 * Notes a failed attempt.
	 * @param address address of the instance, for logs
	 * @return the schedule if there is no further attempt for this time, otherwise
	 * {@code null}
	 */
	public @Nullable Schedule fail(ActorAddress address, Throwable cause) {
		String error = (cause instanceof RivetException refusal) ? refusal.group() + "." + refusal.code()
				: ErrorCode.INTERNAL_ERROR.group() + "." + ErrorCode.INTERNAL_ERROR.code();
		ScheduleEntry next = this.entry.failed(this.schedules.now(), error);
		this.schedules.replace(this.entry, next);
		boolean last = next.attempts() == 0 || next.runAt() == null;
		if (last) {
			failures.error(cause,
					() -> "Schedule %s of %s has failed %d times (%s); %s".formatted(SafeText.of(this.entry.id()),
							address, ScheduleEntry.MAX_ATTEMPTS, error,
							(next.runAt() != null) ? "its next time is " + next.runAt() : "it is not tried again"));
		}
		return last ? next.toSchedule() : null;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.CatchUp;
import io.rivetevents.actor.Schedule;
import io.rivetevents.actor.Schedules;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.protocol.value.WireValues;

/**
 * A schedule of one instance.
 *
 * @param id its id, the name if it has one
 * @param action name of its action
 * @param args arguments of the action
 * @param rule when it runs again, {@code null} if it runs once
 * @param catchUp what happens to missed times
 * @param declared whether it was declared by an annotation
 * @param dueAt the time for which it runs next, or has failed
 * @param runAt when it is to be tried, {@code null} if it has failed
 * @param attempts number of failed attempts for {@code dueAt}
 * @param error code of the last failure, {@code null} if there was none since the last
 * run
 */
public record ScheduleEntry(String id, String action, List<JsonNode> args, @Nullable Rule rule, CatchUp catchUp,
		boolean declared, Instant dueAt, @Nullable Instant runAt, int attempts, @Nullable String error) {

	/** Number of attempts for one time. */
	static final int MAX_ATTEMPTS = 5;

	/** Pause after the first failure, which doubles with each further one. */
	private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

	/** Delay after which a time counts as missed. */
	private static final Duration MISSED_AFTER = Duration.ofMinutes(1);

	/**
	 * When a schedule runs again: at the times of a cron expression, or after a period.
	 *
	 * @param cron cron expression, {@code null} for a period
	 * @param zone time zone of the expression, {@code null} for a period
	 * @param period the period, {@code null} for a cron expression
	 */
	public record Rule(@Nullable String cron, @Nullable String zone, @Nullable Duration period) {

		/** Returns the rule of a cron expression. */
		public static Rule ofCron(String cron, String zone) {
			return new Rule(cron, zone, null);
		}

		/** Returns the rule of a period. */
		public static Rule ofPeriod(Duration period) {
			return new Rule(null, null, period);
		}

		/**
		 * Returns the first time after another, {@code null} if there is none.
		 * @param last a time of this rule
		 * @param after the time after which it is
		 * @throws IllegalArgumentException if the expression or the zone is invalid
		 */
		public @Nullable Instant next(Instant last, Instant after) {
			if (this.cron != null && this.zone != null) {
				return CronTimes.parse(this.cron, this.zone).next(after);
			}
			Duration period = this.period;
			if (period == null || after.isBefore(last)) {
				return last;
			}
			return last.plus(period.multipliedBy(Duration.between(last, after).dividedBy(period) + 1));
		}

	}

	public ScheduleEntry {
		args = List.copyOf(args);
	}

	/**
	 * Returns a name that every store can keep.
	 * @throws IllegalArgumentException if it cannot be kept
	 */
	public static String checkName(String name) {
		int max = Schedules.MAX_NAME_SIZE;
		Assert.isTrue(!name.isBlank() && name.getBytes(StandardCharsets.UTF_8).length <= max,
				() -> "The name of a schedule must not be blank or longer than %d bytes".formatted(max));
		Assert.isTrue(name.indexOf('\0') < 0 && StandardCharsets.UTF_8.newEncoder().canEncode(name),
				"The name of a schedule must not contain U+0000 or an incomplete surrogate pair");
		return name;
	}

	/** Returns a schedule that has not run yet. */
	public static ScheduleEntry first(String id, String action, List<JsonNode> args, @Nullable Rule rule,
			CatchUp catchUp, boolean declared, Instant dueAt) {
		return new ScheduleEntry(id, action, args, rule, catchUp, declared, dueAt, dueAt, 0, null);
	}

	/**
	 * Returns the schedule that an actor declares.
	 * @param now the present time
	 */
	static ScheduleEntry of(DeclaredSchedule declared, Instant now) {
		String cron = declared.cron();
		ZoneId zone = declared.zone();
		Duration period = declared.period();
		Rule rule = (cron != null && zone != null) ? Rule.ofCron(cron, zone.getId())
				: Rule.ofPeriod(Objects.requireNonNull(period));
		Instant first = rule.next(now, now);
		return first(declared.name(), declared.action(), List.of(), rule, declared.catchUp(), true,
				(first != null) ? first : now);
	}

	/** Returns whether it is to be tried now. */
	boolean isDue(Instant now) {
		return this.runAt != null && !this.runAt.isAfter(now);
	}

	/** Returns whether its time has passed and it is not to run for it any more. */
	boolean isSkipped(Instant now) {
		return this.catchUp == CatchUp.NONE && this.attempts == 0 && now.isAfter(this.dueAt.plus(MISSED_AFTER));
	}

	/**
	 * Returns it after a run or a skipped time.
	 * @return {@code null} if it does not run again
	 */
	@Nullable ScheduleEntry next(Instant now) {
		return next(now, null);
	}

	private @Nullable ScheduleEntry next(Instant now, @Nullable String error) {
		if (this.rule == null) {
			return null;
		}
		boolean each = this.catchUp == CatchUp.ALL || now.isBefore(this.dueAt);
		Instant next = this.rule.next(this.dueAt, each ? this.dueAt : now);
		return (next != null) ? at(next, next, 0, error) : null;
	}

	/** Returns it after a failed attempt. */
	ScheduleEntry failed(Instant now, String error) {
		int attempts = this.attempts + 1;
		if (attempts < MAX_ATTEMPTS) {
			return at(this.dueAt, now.plus(FIRST_PAUSE.multipliedBy(1L << this.attempts)), attempts, error);
		}
		ScheduleEntry next = nextIfValid(now, error);
		return (next != null) ? next : at(this.dueAt, null, attempts, error);
	}

	/** The time zone may be unknown to this machine. */
	private @Nullable ScheduleEntry nextIfValid(Instant now, String error) {
		try {
			return next(now, error);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private ScheduleEntry at(Instant dueAt, @Nullable Instant runAt, int attempts, @Nullable String error) {
		return new ScheduleEntry(this.id, this.action, this.args, this.rule, this.catchUp, this.declared, dueAt, runAt,
				attempts, error);
	}

	/** Returns whether another schedule runs the same at the same times. */
	boolean isSameAs(ScheduleEntry other) {
		// in the stored form, which does not have all types of numbers
		StoredSchedule compared = other.at(this.dueAt, this.runAt, this.attempts, this.error).toStored(0);
		return this.rule != null && this.action.equals(other.action)
				&& Arrays.equals(toStored(0).body(), compared.body());
	}

	/** Returns what applications see. */
	public Schedule toSchedule() {
		String cron = (this.rule != null) ? this.rule.cron() : null;
		return new Schedule(this.id, this.action, (this.runAt != null) ? this.dueAt : null, cron, zone(),
				(this.rule != null) ? this.rule.period() : null, this.catchUp, this.attempts, this.runAt == null,
				this.error);
	}

	/** Returns the time zone, {@code null} if it has none or it is unknown here. */
	private @Nullable ZoneId zone() {
		String zone = (this.rule != null) ? this.rule.zone() : null;
		try {
			return (zone != null) ? ZoneId.of(zone) : null;
		}
		catch (DateTimeException ex) {
			return null;
		}
	}

	// Stored form

	StoredSchedule toStored(int slot) {
		ObjectNode body = JsonNodeFactory.instance.objectNode();
		body.putArray("args").addAll(this.args);
		if (this.rule != null && this.rule.period() != null) {
			body.put("every", this.rule.period().toString());
		}
		else if (this.rule != null) {
			body.put("cron", this.rule.cron()).put("zone", this.rule.zone());
		}
		body.put("catchUp", this.catchUp.name()).put("dueAt", this.dueAt.toString());
		if (this.declared) {
			body.put("declared", true);
		}
		if (this.attempts > 0) {
			body.put("attempts", this.attempts);
		}
		if (this.error != null) {
			body.put("error", this.error);
		}
		return new StoredSchedule(this.id, this.runAt, slot, this.action, WireValues.encodeJson(body));
	}

	/**
	 * Reads a schedule.
	 * @throws IllegalArgumentException if it cannot be read
	 */
	static ScheduleEntry read(StoredSchedule stored) {
		try {
			JsonNode body = WireValues.decodeJson(stored.body());
			return new ScheduleEntry(stored.id(), stored.action(), body.path("args").valueStream().toList(),
					readRule(body), CatchUp.valueOf(body.path("catchUp").asString(CatchUp.ONE.name())),
					body.path("declared").asBoolean(false), Instant.parse(body.path("dueAt").asString()),
					stored.runAt(), body.path("attempts").asInt(0), body.path("error").asStringOpt().orElse(null));
		}
		catch (RuntimeException ex) {
			throw new IllegalArgumentException("Schedule %s cannot be read".formatted(stored.id()), ex);
		}
	}

	private static @Nullable Rule readRule(JsonNode body) {
		if (body.has("cron")) {
			return Rule.ofCron(body.path("cron").asString(), body.path("zone").asString());
		}
		return body.has("every") ? Rule.ofPeriod(Duration.parse(body.path("every").asString())) : null;
	}

}

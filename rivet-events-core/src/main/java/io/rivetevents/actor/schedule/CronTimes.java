/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;

/**
 * The times of a cron expression in a time zone. Immutable.
 * <p>
 * An expression has five fields (minute, hour, day of month, month, day of week), or six
 * with the second first, or is a macro such as {@code @daily}. The fields are those of
 * Spring's {@link CronExpression}. A day must match both day fields.
 * <p>
 * <b>Daylight saving.</b> If the hour field contains {@code *}, as in {@code 0 * * * *},
 * the times follow the elapsed time: an hour that occurs twice has its times twice, and
 * an hour that does not exist has none. Otherwise, as in {@code 30 2 * * *}, each local
 * time has one time a day: a local time that does not exist is moved by the length of the
 * gap (02:30 to 03:30), and a local time that occurs twice counts at its first occurrence
 * only.
 */
public final class CronTimes {

	private static final int WITHOUT_SECONDS = 5;

	private static final int WITH_SECONDS = 6;

	private static final String FORM = "use the five fields minute, hour, day of month, month and day of week,"
			+ " or six with the second first, or a macro such as @daily";

	/** Position of the hour in an expression with seconds. */
	private static final int HOUR = 2;

	/** A leap year; times repeat every 400 years. */
	private static final LocalDateTime SOME_TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

	private final CronExpression expression;

	private final ZoneRules rules;

	/** Whether the times follow the elapsed time. */
	private final boolean everyHour;

	private CronTimes(CronExpression expression, ZoneRules rules, boolean everyHour) {
		this.expression = expression;
		this.rules = rules;
		this.everyHour = everyHour;
	}

	/**
	 * Parses an expression.
	 * @param expression five or six fields, or a macro
	 * @param zone id of a time zone, such as {@code Europe/Berlin}, {@code UTC} or
	 * {@code +02:00}
	 * @throws IllegalArgumentException if the expression is invalid or matches no time,
	 * or if the zone is unknown
	 */
	public static CronTimes parse(String expression, String zone) {
		CronExpression fields = parse(expression);
		if (fields.next(SOME_TIME) == null) {
			throw new IllegalArgumentException("The cron expression \"%s\" matches no time".formatted(expression));
		}
		boolean everyHour = fields.toString().split(" ")[HOUR].contains("*");
		return new CronTimes(fields, rules(zone), everyHour);
	}

	private static CronExpression parse(String expression) {
		String[] fields = expression.strip().split("\\s+");
		String seconds = (fields.length == WITHOUT_SECONDS) ? "0 " : "";
		try {
			return CronExpression.parse(seconds + String.join(" ", fields));
		}
		catch (IllegalArgumentException ex) {
			String problem = (fields.length < WITHOUT_SECONDS || fields.length > WITH_SECONDS) ? FORM : ex.getMessage();
			throw new IllegalArgumentException("\"%s\" is not a cron expression: %s".formatted(expression, problem),
					ex);
		}
	}

	private static ZoneRules rules(String zone) {
		try {
			return ZoneId.of(zone).getRules();
		}
		catch (DateTimeException ex) {
			throw new IllegalArgumentException(
					"\"%s\" is not a time zone: use an id such as Europe/Berlin or UTC".formatted(zone), ex);
		}
	}

	/**
	 * Returns the first time after another.
	 * @param after the other time
	 * @return the time, {@code null} if there is none in the next centuries
	 */
	public @Nullable Instant next(Instant after) {
		Instant from = after.plusNanos(1);
		while (true) {
			Instant found = nextOrSame(from);
			ZoneOffsetTransition end = this.rules.nextTransition(from);
			if (found == null || end == null || found.isBefore(end.getInstant())) {
				return found;
			}
			from = end.getInstant();
		}
	}

	/**
	 * Returns the first time that is not before another, as long as the offset of that
	 * time applies.
	 */
	private @Nullable Instant nextOrSame(Instant from) {
		ZoneOffset offset = this.rules.getOffset(from);
		ZoneOffsetTransition start = this.rules.previousTransition(from.plusNanos(1));
		if (this.everyHour || start == null) {
			return nextOrSame(from, offset);
		}
		if (start.isOverlap()) {
			Instant repeatedUntil = start.getDateTimeBefore().toInstant(offset);
			return nextOrSame(from.isBefore(repeatedUntil) ? repeatedUntil : from, offset);
		}
		// local times in the gap still have the offset before it
		Instant movedUntil = start.getDateTimeAfter().toInstant(start.getOffsetBefore());
		Instant moved = nextOrSame(from, start.getOffsetBefore());
		Instant regular = nextOrSame(from, offset);
		boolean movedFirst = moved != null && moved.isBefore(movedUntil)
				&& (regular == null || moved.isBefore(regular));
		return movedFirst ? moved : regular;
	}

	private @Nullable Instant nextOrSame(Instant from, ZoneOffset offset) {
		LocalDateTime next = this.expression.next(LocalDateTime.ofInstant(from, offset).minusNanos(1));
		return (next != null) ? next.toInstant(offset) : null;
	}

}

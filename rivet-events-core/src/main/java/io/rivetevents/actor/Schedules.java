/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The schedules of an instance: actions that run later, even if the instance sleeps or
 * the server restarts in the meantime.
 *
 * <pre>{@code
 * c.schedule().after(Duration.ofMinutes(10), "remind", userId);
 * c.schedule().named("closing").at(auction.end(), "close");
 * c.schedule().cron("0 9 * * MON", ZoneId.of("Europe/Berlin"), "report", "sendReport");
 * }</pre>
 * <p>
 * Use it within a turn only. Changes are stored in the commit of the turn, together with
 * the state: the turn is committed like a durable action, which takes one write to the
 * store. If the commit fails, no schedule is changed, and the caller of the action
 * receives the error; the state is undone if the action is durable. Requires a store that
 * keeps schedules; with the store in memory, schedules last as long as the process.
 * <p>
 * When a schedule is due, its instance is loaded if necessary, and the action runs as a
 * turn. It runs at least once, and changes the state exactly once: the schedule is
 * removed, or gets its next time, in the commit of that turn. An action that fails leaves
 * nothing but the failed attempt: its changes of the state and of schedules are undone,
 * and its events are not sent. It is tried five times, with pauses that double from one
 * second. Then a schedule that runs once is kept as failed, and a repeated one continues
 * with its next time. An action that has other effects, such as an e-mail, must allow for
 * a second run after a crash. The action is called by the server: without a connection,
 * so that {@link ActorContext#conn()} throws an {@code IllegalStateException}, without an
 * authenticated user, and without the access rules of the class; security annotations of
 * the method apply. It may be an action with {@code internal = true}. It must not call
 * {@link ActorContext#saveState()}: the commit of the run saves the state.
 * <p>
 * Names of schedules are unique within an instance. They have 1 to
 * {@value #MAX_NAME_SIZE} bytes in UTF-8. A new schedule replaces a schedule of the same
 * name, including its failed attempts.
 *
 * @since 0.1.0
 */
public interface Schedules {

	/** Maximum size of a name, in bytes of UTF-8. */
	int MAX_NAME_SIZE = 200;

	/** Minimum time from one run of a schedule with a period to the next. */
	Duration MIN_PERIOD = Duration.ofSeconds(1);

	/** Maximum time until a schedule runs first, and maximum period: 100 years. */
	Duration MAX_DELAY = Duration.ofDays(36_525);

	/**
	 * Returns a view whose {@link #after} and {@link #at} use a name. They replace a
	 * schedule of that name.
	 * @param name the name
	 * @throws IllegalArgumentException if the name is empty or too long
	 */
	Schedules named(String name);

	/**
	 * Returns a view whose {@link #cron} and {@link #every} use a rule for missed times.
	 * Default: {@link CatchUp#ONE}.
	 * @param missed what to do about missed times
	 */
	Schedules catchUp(CatchUp missed);

	/**
	 * Runs an action once, after a delay.
	 * @param delay the time from now; zero or less runs it as soon as possible
	 * @param action name of an action of the actor
	 * @param args arguments of the action, converted like those of a client
	 * @return the name of the schedule, for {@link #cancel}; generated unless
	 * {@link #named} has set one
	 * @throws IllegalArgumentException if there is no such action, if the delay exceeds
	 * {@link #MAX_DELAY}, or if the arguments cannot be converted or are too large
	 * @throws IllegalStateException outside a turn, or if the store keeps no schedules
	 * @throws io.rivetevents.error.RivetException with {@code actor.overloaded} if the
	 * instance has too many schedules
	 */
	String after(Duration delay, String action, @Nullable Object... args);

	/**
	 * Runs an action once, at a given time. Otherwise the same as {@link #after}.
	 * @param time the time; one that has passed runs it as soon as possible
	 * @param action name of an action of the actor
	 * @param args arguments of the action, converted like those of a client
	 * @return the name of the schedule, for {@link #cancel}
	 * @throws IllegalArgumentException as for {@link #after}
	 * @throws IllegalStateException as for {@link #after}
	 */
	String at(Instant time, String action, @Nullable Object... args);

	/**
	 * Runs an action at the times of a cron expression. It has five fields (minute, hour,
	 * day of month, month, day of week) or six with the second first, as in Spring's
	 * {@code CronExpression}, or is a macro such as {@code @daily}. A day must match both
	 * day fields.
	 * <p>
	 * <b>Daylight saving.</b> If the hour field contains {@code *}, as in
	 * {@code 0 * * * *}, the times follow the elapsed time: an hour that occurs twice has
	 * its times twice, and an hour that does not exist has none. Otherwise, as in
	 * {@code 30 2 * * *}, the action runs once for each local time: a local time that
	 * does not exist is moved by the length of the gap (02:30 to 03:30), and a local time
	 * that occurs twice counts at its first occurrence only. A schedule that is already
	 * there keeps its next time, and one that differs is replaced.
	 * @param expression the cron expression
	 * @param zone its time zone
	 * @param name name of the schedule
	 * @param action name of an action of the actor
	 * @param args arguments of the action, converted like those of a client
	 * @throws IllegalArgumentException if the expression is invalid or matches no time,
	 * if the name is empty or too long, and as for {@link #after}
	 * @throws IllegalStateException as for {@link #after}
	 */
	void cron(String expression, ZoneId zone, String name, String action, @Nullable Object... args);

	/**
	 * Runs an action repeatedly, first one period from now. The times are one period
	 * apart, however long a run takes. A schedule that is already there keeps its next
	 * time, and one that differs is replaced.
	 * @param period time from one run to the next, from {@link #MIN_PERIOD} to
	 * {@link #MAX_DELAY}
	 * @param name name of the schedule
	 * @param action name of an action of the actor
	 * @param args arguments of the action, converted like those of a client
	 * @throws IllegalArgumentException if the period is too short or too long, if the
	 * name is empty or too long, and as for {@link #after}
	 * @throws IllegalStateException as for {@link #after}
	 */
	void every(Duration period, String name, String action, @Nullable Object... args);

	/**
	 * Removes a schedule.
	 * @param name its name
	 * @return whether there was a schedule of that name
	 * @throws IllegalStateException outside a turn
	 */
	boolean cancel(String name);

	/**
	 * Returns the schedules of the instance, including the changes of this turn, in the
	 * order of their next times; failed ones are last.
	 * @throws IllegalStateException outside a turn
	 */
	List<Schedule> list();

}

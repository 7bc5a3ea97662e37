/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.rivetevents.actor.CatchUp;
import io.rivetevents.actor.Schedules;

/**
 * Runs a method of an {@link Actor} repeatedly, in each instance:
 *
 * <pre>{@code
 * &#64;ActorSchedule(cron = "0 9 * * MON", zone = "Europe/Berlin")
 * void sendReport(ActorContext<Sales, Void> c) {
 *     // ...
 * }
 * }</pre>
 * <p>
 * An instance has the schedule from its creation on; an existing instance has it from its
 * next wake on. A schedule whose annotation has changed begins anew at the next wake, and
 * one whose annotation has been removed does not run any more. The schedule is one of
 * {@link Schedules}, which describes when and how it runs.
 * <p>
 * A method without {@link Action} becomes an action with the name of the method and
 * {@code internal = true}. The method can have the parameters of an action, but must not
 * require arguments, a {@code Connection} or a {@code Principal}. Security annotations of
 * the method itself apply to its runs, which have no authenticated user. The application
 * does not start if the schedule is invalid.
 *
 * @since 0.1.0
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(ActorSchedule.List.class)
public @interface ActorSchedule {

	/**
	 * Cron expression: five fields (minute, hour, day of month, month, day of week), six
	 * with the second first, or a macro such as {@code @daily}. Either this or
	 * {@link #every()} is required.
	 */
	String cron() default "";

	/**
	 * Id of the time zone of {@link #cron()}, such as {@code Europe/Berlin}.
	 */
	String zone() default "UTC";

	/**
	 * Time from one run to the next, such as {@code 10m}; at least {@code 1s}.
	 */
	String every() default "";

	/**
	 * Name of the schedule, unique within the actor and at most
	 * {@value Schedules#MAX_NAME_SIZE} bytes in UTF-8. Default: the name of the method.
	 */
	String name() default "";

	/**
	 * What to do about times that have passed, because no node was running or the
	 * instance was busy.
	 */
	CatchUp catchUp() default CatchUp.ONE;

	/**
	 * Several schedules of one method.
	 */
	@Documented
	@Target(ElementType.METHOD)
	@Retention(RetentionPolicy.RUNTIME)
	@interface List {

		/**
		 * The schedules; all but one need a name.
		 */
		ActorSchedule[] value();

	}

}

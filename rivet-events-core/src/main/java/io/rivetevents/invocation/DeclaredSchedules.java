/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.security.Principal;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.format.datetime.standard.DurationFormatterUtils;
import org.springframework.util.StringUtils;

import io.rivetevents.actor.Schedules;
import io.rivetevents.actor.schedule.CronTimes;
import io.rivetevents.actor.schedule.DeclaredSchedule;
import io.rivetevents.actor.schedule.ScheduleEntry;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.connection.Connection;

/**
 * The schedules that the methods of an actor declare.
 */
final class DeclaredSchedules {

	private final TreeMap<String, DeclaredSchedule> byName = new TreeMap<>();

	/** Returns the annotations of a method. */
	static Set<ActorSchedule> on(Method method) {
		return AnnotatedElementUtils.findMergedRepeatableAnnotations(method, ActorSchedule.class);
	}

	/**
	 * Adds the schedules of a method.
	 * @param annotations annotations of the method
	 * @param action name of its action
	 * @throws InvalidActorException if a schedule is invalid, or the method cannot be
	 * called by one
	 */
	void add(ActorMethod method, Collection<ActorSchedule> annotations, String action) {
		for (MethodParameter parameter : method.clientParameters()) {
			if (!Arguments.Conversion.takesNull(parameter) && !DefaultArgument.isOn(parameter)
					&& !parameter.getParameter().isVarArgs()) {
				throw new InvalidActorException(parameter, "a schedule passes no arguments",
						"Add @Nullable or @DefaultValue to the parameter, or remove it");
			}
		}
		for (MethodParameter parameter : method.getMethodParameters()) {
			if (isOfCaller(parameter.getParameterType()) && !parameter.isOptional()) {
				throw new InvalidActorException(parameter, "a schedule runs without a connection and a user",
						"Add @Nullable to the parameter, or remove it");
			}
		}
		annotations.forEach((annotation) -> add(method.getMethod(), annotation, action));
	}

	private static boolean isOfCaller(Class<?> type) {
		return Connection.class.isAssignableFrom(type) || Principal.class.isAssignableFrom(type);
	}

	private void add(Method method, ActorSchedule annotation, String action) {
		String name = annotation.name().isEmpty() ? method.getName() : annotation.name();
		try {
			if (this.byName.putIfAbsent(name, read(ScheduleEntry.checkName(name), annotation, action)) != null) {
				throw new InvalidActorException(method, "the schedule \"%s\" is declared twice".formatted(name),
						"Choose another name, as in @ActorSchedule(name = \"…\")");
			}
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidActorException(method, "its @ActorSchedule is invalid: " + ex.getMessage(),
					"Change the attributes of @ActorSchedule, such as cron = \"0 3 * * *\" with zone = \"UTC\", or every = \"30s\"");
		}
	}

	private static DeclaredSchedule read(String name, ActorSchedule annotation, String action) {
		boolean hasCron = StringUtils.hasText(annotation.cron());
		if (hasCron == StringUtils.hasText(annotation.every())) {
			throw new IllegalArgumentException("set either `cron` or `every`");
		}
		if (!hasCron) {
			return new DeclaredSchedule(name, action, null, null, period(annotation.every()), annotation.catchUp());
		}
		CronTimes.parse(annotation.cron(), annotation.zone());
		return new DeclaredSchedule(name, action, annotation.cron(), ZoneId.of(annotation.zone()), null,
				annotation.catchUp());
	}

	private static Duration period(String text) {
		try {
			Duration period = DurationFormatterUtils.detectAndParse(text);
			if (period.compareTo(Schedules.MIN_PERIOD) >= 0 && period.compareTo(Schedules.MAX_DELAY) <= 0) {
				return period;
			}
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			// rejected below
		}
		throw new IllegalArgumentException(
				"every = \"%s\" is not a duration from 1s to 36525d: use a value such as 30s or 5m".formatted(text));
	}

	/** Returns the schedules, sorted by name. */
	List<DeclaredSchedule> all() {
		return List.copyOf(this.byName.values());
	}

}

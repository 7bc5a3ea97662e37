/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CatchUp;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ActorSchedule;
import io.rivetevents.annotation.CreateState;

/**
 * An actor with schedules.
 */
@Actor("reminder")
class Reminder {

	static class State {

		public List<Integer> planned = new ArrayList<>();

		public List<Integer> rung = new ArrayList<>();

		/** The alarm that is set, 0 if none is. */
		public int alarm;

		/** Number of alarms that were set. */
		public int alarms;

		public int falseAlarms;

		/** Runs before their times. */
		public int early;

		public int minutes;

		/** The next time that is to be caught up, 0 before the first run. */
		public long nextOfAll;

		/** Runs for another time than the next one, although each time has a run. */
		public int outOfTurn;

		/** The clock at the last run for all missed times. */
		public long lastOfOne;

		/** Further runs for times that an earlier run stands for. */
		public int repeated;

		/** The greatest delay of a run for a time that is to be skipped if missed. */
		public long latestOfNone;

	}

	/** Period of the schedules with missed times. */
	static final Duration PERIOD = Duration.ofSeconds(20);

	private Clock clock = Clock.systemUTC();

	/** Sets the clock of the machine. */
	void setClock(Clock clock) {
		this.clock = clock;
	}

	@CreateState
	State createState() {
		return new State();
	}

	@Action(durable = true)
	int plan(ActorContext<State, ?> context, int millis) {
		List<Integer> planned = context.state().planned;
		planned.add(planned.size() + 1);
		long due = this.clock.millis() + millis;
		context.schedule().after(Duration.ofMillis(millis), "ring", planned.size(), due);
		return planned.size();
	}

	@Action(internal = true)
	void ring(ActorContext<State, ?> context, int number, long due) {
		context.state().rung.add(number);
		context.state().early += (this.clock.millis() < due) ? 1 : 0;
		context.broadcast("rung", number);
	}

	/** Replaces the alarm that is set. */
	@Action(durable = true)
	int setAlarm(ActorContext<State, ?> context, int millis) {
		State state = context.state();
		state.alarm = ++state.alarms;
		context.schedule().named("alarm").after(Duration.ofMillis(millis), "alarm", state.alarm);
		return state.alarm;
	}

	@Action(durable = true)
	void cancelAlarm(ActorContext<State, ?> context) {
		context.schedule().cancel("alarm");
		context.state().alarm = 0;
	}

	@Action(internal = true)
	void alarm(ActorContext<State, ?> context, int number) {
		State state = context.state();
		if (state.alarm != number) {
			state.falseAlarms++;
		}
		state.alarm = 0;
	}

	@ActorSchedule(cron = "* * * * *")
	void minute(ActorContext<State, ?> context) {
		context.broadcast("minute", ++context.state().minutes);
	}

	@ActorSchedule(every = "20s", catchUp = CatchUp.ALL)
	void all(ActorContext<State, ?> context) {
		State state = context.state();
		long due = due(context, "all");
		state.outOfTurn += (state.nextOfAll != 0 && state.nextOfAll != due) ? 1 : 0;
		state.nextOfAll = due + PERIOD.toMillis();
	}

	@ActorSchedule(every = "20s", catchUp = CatchUp.ONE)
	void one(ActorContext<State, ?> context) {
		State state = context.state();
		state.repeated += (due(context, "one") <= state.lastOfOne) ? 1 : 0;
		state.lastOfOne = this.clock.millis();
	}

	@ActorSchedule(every = "20s", catchUp = CatchUp.NONE)
	void none(ActorContext<State, ?> context) {
		State state = context.state();
		state.latestOfNone = Math.max(state.latestOfNone, this.clock.millis() - due(context, "none"));
	}

	/** Returns the time for which a schedule runs. */
	private static long due(ActorContext<State, ?> context, String name) {
		return context.schedule()
			.list()
			.stream()
			.filter((schedule) -> schedule.name().equals(name))
			.map((schedule) -> Objects.requireNonNull(schedule.next()).toEpochMilli())
			.findFirst()
			.orElseThrow();
	}

	@Action
	State read(ActorContext<State, ?> context) {
		return context.state();
	}

}

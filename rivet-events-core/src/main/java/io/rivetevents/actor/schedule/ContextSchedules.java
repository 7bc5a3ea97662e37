/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.CatchUp;
import io.rivetevents.actor.Schedule;
import io.rivetevents.actor.Schedules;
import io.rivetevents.actor.schedule.ScheduleEntry.Rule;
import io.rivetevents.conversion.ValueMapper;

/**
 * The schedules of an instance as its methods see them.
 *
 * @param actor name of the actor
 * @param hasAction returns whether the actor has an action
 * @param mapper converts arguments
 * @param schedules the schedules
 * @param name name of the next schedule, {@code null} for a generated one
 * @param missed what happens to its missed times
 */
public record ContextSchedules(String actor, Predicate<String> hasAction, ValueMapper mapper,
		InstanceSchedules schedules, @Nullable String name, CatchUp missed) implements Schedules {

	/** Creates the schedules of an instance. */
	public ContextSchedules(String actor, Predicate<String> hasAction, ValueMapper mapper,
			InstanceSchedules schedules) {
		this(actor, hasAction, mapper, schedules, null, CatchUp.ONE);
	}

	@Override
	public Schedules named(String name) {
		return new ContextSchedules(this.actor, this.hasAction, this.mapper, this.schedules,
				ScheduleEntry.checkName(name), this.missed);
	}

	@Override
	public Schedules catchUp(CatchUp missed) {
		return new ContextSchedules(this.actor, this.hasAction, this.mapper, this.schedules, this.name, missed);
	}

	@Override
	public String after(Duration delay, String action, @Nullable Object... args) {
		Assert.isTrue(delay.compareTo(MAX_DELAY) <= 0, () -> "A delay of %s is longer than 100 years".formatted(delay));
		Instant now = this.schedules.now();
		return once(delay.isNegative() ? now : now.plus(delay), action, args);
	}

	@Override
	public String at(Instant time, String action, @Nullable Object... args) {
		Assert.isTrue(time.isBefore(this.schedules.now().plus(MAX_DELAY)),
				() -> "%s is more than 100 years from now".formatted(time));
		return once(time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time, action, args);
	}

	private String once(Instant time, String action, @Nullable Object... args) {
		String id = (this.name != null) ? this.name : this.schedules.newId();
		put(id, action, args, null, time);
		return id;
	}

	@Override
	public void cron(String expression, ZoneId zone, String name, String action, @Nullable Object... args) {
		Rule rule = Rule.ofCron(expression, zone.getId());
		Instant now = this.schedules.now();
		Instant first = rule.next(now, now);
		Assert.notNull(first, () -> "The cron expression %s has no further time".formatted(expression));
		put(ScheduleEntry.checkName(name), action, args, rule, first);
	}

	@Override
	public void every(Duration period, String name, String action, @Nullable Object... args) {
		Assert.isTrue(period.compareTo(MIN_PERIOD) >= 0 && period.compareTo(MAX_DELAY) <= 0,
				() -> "A period of %s is shorter than a second or longer than 100 years".formatted(period));
		put(ScheduleEntry.checkName(name), action, args, Rule.ofPeriod(period), this.schedules.now().plus(period));
	}

	private void put(String id, String action, @Nullable Object[] args, @Nullable Rule rule, Instant first) {
		Assert.isTrue(this.hasAction.test(action), () -> "Actor %s has no action %s".formatted(this.actor, action));
		List<JsonNode> trees = Stream.of(args).map(this.mapper::toTree).map(JsonNode::deepCopy).toList();
		CatchUp missed = (rule != null) ? this.missed : CatchUp.ONE;
		ScheduleEntry entry = ScheduleEntry.first(id, action, trees, rule, missed, false, first);
		ScheduleEntry present = (rule != null) ? this.schedules.find(id) : null;
		// otherwise each wake would begin the period again, also a wake for its own run
		if (present == null || !present.isSameAs(entry)) {
			this.schedules.put(entry);
		}
	}

	@Override
	public boolean cancel(String name) {
		return this.schedules.remove(name);
	}

	@Override
	public List<Schedule> list() {
		return this.schedules.all().stream().map(ScheduleEntry::toSchedule).toList();
	}

}

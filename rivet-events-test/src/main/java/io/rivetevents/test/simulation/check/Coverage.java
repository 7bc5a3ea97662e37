/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * Which events one client must have received: all events with a position within a period
 * of its subscription, except within the gaps that it was notified of. An event is known
 * if any client has received it.
 */
public final class Coverage {

	/**
	 * The events of one instance that any client has received, by epoch and position.
	 */
	public static final class Known {

		private final Map<String, NavigableMap<Long, Delivered>> epochs = new HashMap<>();

		private NavigableMap<Long, Delivered> of(String epoch) {
			return this.epochs.computeIfAbsent(epoch, (key) -> new TreeMap<>());
		}

	}

	/**
	 * A received event.
	 *
	 * @param name its name
	 * @param args its arguments as text
	 * @param client number of the client that has received it first
	 */
	private record Delivered(String name, String args, int client) {
	}

	/** A period in which a client is subscribed to an event. */
	private static final class Period {

		private final String event;

		private final String epoch;

		private final long after;

		private long until = Long.MAX_VALUE;

		/** Position of the last event that the client has received. */
		private long latest;

		Period(String event, String epoch, long after) {
			this.event = event;
			this.epoch = epoch;
			this.after = after;
			this.latest = after;
		}

	}

	private static final long ANSWERED = -1;

	private final int client;

	private final Known known;

	private final Violations violations;

	private final List<Period> periods = new ArrayList<>();

	private final Map<String, Period> open = new HashMap<>();

	/** Events whose next period begins after the replay. */
	private final Set<String> afterReplay = new HashSet<>();

	/**
	 * Events that the client was notified of, with the number of its last call before;
	 * {@link #ANSWERED} once a later call has been answered.
	 */
	private final Map<String, Long> afterNotice = new HashMap<>();

	private final Map<String, Set<Long>> received = new HashMap<>();

	private @Nullable String epoch;

	private long last;

	public Coverage(int client, Known known, Violations violations) {
		this.client = client;
		this.known = known;
		this.violations = violations;
	}

	/** Returns the last position that the client has, -1 if it never was connected. */
	public long last() {
		return (this.epoch != null) ? this.last : -1;
	}

	public @Nullable String epoch() {
		return this.epoch;
	}

	/**
	 * The client starts at a position: it is new, or the server has notified it that
	 * events may be lost.
	 */
	public void begin(String epoch, long position, Set<String> events) {
		List<Period> open = List.copyOf(this.open.values());
		endAll(Set.of("*"));
		open.forEach((period) -> period.until = period.latest);
		this.afterNotice.clear();
		this.epoch = epoch;
		this.last = position;
		events.forEach((event) -> begin(event, position));
	}

	/** The client continues where it was. */
	public void resume(String epoch, long position, Set<String> events) {
		if (!epoch.equals(this.epoch) || position != this.last) {
			this.violations.add("a client resumes where it was",
					"client %d was at %d and resumed at %d".formatted(this.client, this.last, position));
			return;
		}
		for (String event : List.copyOf(this.open.keySet())) {
			if (!events.contains(event)) {
				end(event);
			}
		}
		this.afterNotice.clear();
		events.forEach((event) -> begin(event, position));
	}

	/** The client is subscribed to an event from a position. */
	public void subscribed(String event, long position) {
		advance(position);
		begin(event, position);
	}

	public void unsubscribed(String event, long position) {
		advance(position);
		end(event);
	}

	/**
	 * The client was notified that events from a position on are missing: some of those
	 * that were sent before the notice was written. A call that follows it reads a state
	 * that contains them, so none that is received after the answer may be followed by a
	 * loss.
	 * @param events names of the events
	 * @param lastCall number of the last call before the notice
	 */
	public void gap(Set<String> events, long position, long lastCall) {
		Map<String, Period> before = Map.copyOf(this.open);
		List<String> ended = endAll(events);
		ended.forEach((event) -> {
			Objects.requireNonNull(before.get(event)).until = position - 1;
			this.afterNotice.put(event, lastCall);
		});
		this.afterNotice.replaceAll(
				(event, call) -> (events.contains("*") || events.contains(event)) ? Long.valueOf(lastCall) : call);
		advance(position);
	}

	/** A call of the client was answered. */
	public void answered(long call) {
		this.afterNotice.replaceAll((event, last) -> (call > last) ? Long.valueOf(ANSWERED) : last);
	}

	/**
	 * The client was notified that the replay that follows misses events.
	 * @param events names of the events, {@code *} for all
	 */
	public void gapInReplay(Set<String> events) {
		this.afterReplay.addAll(endAll(events));
	}

	/** A replay, or what was sent until now, ends at a position. */
	public void caughtUp(long position) {
		advance(position);
		this.afterReplay.forEach((event) -> begin(event, this.last));
		this.afterReplay.clear();
	}

	/** No event at or before the position follows. */
	public void advance(long position) {
		if (position < this.last) {
			this.violations.add("positions do not go back",
					"client %d was at %d and received %d".formatted(this.client, this.last, position));
		}
		this.last = Math.max(this.last, position);
	}

	public void received(String event, String args, long position) {
		if (position <= this.last) {
			this.violations.add("events arrive once and in their order",
					"client %d received event %d (%s) after %d".formatted(this.client, position, event, this.last));
		}
		this.last = Math.max(this.last, position);
		if (this.afterNotice.remove(event, ANSWERED)) {
			begin(event, position);
		}
		Period period = this.open.get(event);
		if (period != null) {
			period.latest = position;
		}
		String epoch = String.valueOf(this.epoch);
		this.received.computeIfAbsent(epoch, (key) -> new HashSet<>()).add(position);
		Delivered first = this.known.of(epoch).putIfAbsent(position, new Delivered(event, args, this.client));
		if (first != null && !(first.name().equals(event) && first.args().equals(args))) {
			this.violations.add("a position belongs to one event", "at %d client %d received %s%s and client %d %s%s"
				.formatted(position, first.client(), first.name(), first.args(), this.client, event, args));
		}
	}

	private void begin(String event, long position) {
		if (!this.open.containsKey(event) && this.epoch != null) {
			Period period = new Period(event, this.epoch, position);
			this.open.put(event, period);
			this.periods.add(period);
		}
	}

	private void end(String event) {
		this.afterReplay.remove(event);
		this.afterNotice.remove(event);
		Period period = this.open.remove(event);
		if (period != null) {
			period.until = this.last;
		}
	}

	private List<String> endAll(Set<String> events) {
		List<String> ended = this.open.keySet()
			.stream()
			.filter((event) -> events.contains("*") || events.contains(event))
			.toList();
		ended.forEach(this::end);
		return ended;
	}

	/**
	 * Checks that the client has received what it must have received.
	 * @param except events that are not sent to all subscribers
	 */
	public void check(Set<String> except) {
		for (Period period : this.periods) {
			long until = Math.min(period.until, period.epoch.equals(this.epoch) ? this.last : period.until);
			if (period.after < until && !except.contains(period.event)) {
				check(period, until);
			}
		}
	}

	private void check(Period period, long until) {
		Set<Long> received = this.received.getOrDefault(period.epoch, Set.of());
		this.known.of(period.epoch).subMap(period.after, false, until, true).forEach((position, event) -> {
			if (event.name().equals(period.event) && !received.contains(position)) {
				this.violations.add("no event is lost without a notice",
						"client %d has not received event %d (%s%s), which client %d has received"
							.formatted(this.client, position, event.name(), event.args(), event.client()));
			}
		});
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CatchUp;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

/**
 * Records the numbers that clients enter: each client enters 1, 2, 3 and so on. Each
 * entry sends an event with the number of all entries so far to all clients, and another
 * one to the client that has made it.
 */
@Actor("ledger")
class Ledger {

	/** Numbers that follow each other without a gap: {@code [first, last]}. */
	record Run(long first, long last) {
	}

	/** The entries of one client. */
	static class Page {

		public List<Run> runs = new ArrayList<>();

		/** Number of entries that were entered before. */
		public long repeated;

		void add(long number) {
			Run last = this.runs.isEmpty() ? new Run(0, 0) : this.runs.get(this.runs.size() - 1);
			if (number <= last.last()) {
				this.repeated++;
			}
			else if (number == last.last() + 1 && !this.runs.isEmpty()) {
				this.runs.set(this.runs.size() - 1, new Run(last.first(), number));
			}
			else {
				this.runs.add(new Run(number, number));
			}
		}

	}

	static class State {

		public long entries;

		/** By the name of the client. */
		public Map<String, Page> pages = new TreeMap<>();

		/** First time of the beat, in milliseconds since 1970; 0 if it has not begun. */
		public long firstBeat;

		/** Number of beats so far. */
		public long beats;

	}

	private static final Duration BEAT = Duration.ofSeconds(1);

	@CreateState
	State createState() {
		return new State();
	}

	/** Stored because it is durable. */
	@Action(durable = true)
	void enter(ActorContext<State, ?> c, String client, long number) {
		add(c, client, number);
	}

	/** Stored because it sends events, if their history is durable. */
	@Action
	void announce(ActorContext<State, ?> c, String client, long number) {
		add(c, client, number);
	}

	private static void add(ActorContext<State, ?> c, String client, long number) {
		State state = c.state();
		state.entries++;
		state.pages.computeIfAbsent(client, (key) -> new Page()).add(number);
		c.broadcast("entered", state.entries, client, number);
		c.conn().send("receipt", number);
	}

	/** Lets a schedule count from now on. */
	@Action
	void beat(ActorContext<State, ?> c) {
		if (c.state().firstBeat == 0) {
			c.schedule().catchUp(CatchUp.ALL).every(BEAT, "beat", "tick");
			c.state().firstBeat = nextBeat(c);
		}
	}

	@Action(internal = true)
	void tick(ActorContext<State, ?> c) {
		c.state().beats++;
	}

	/**
	 * Returns the number of beats that are missing, or too many if it is negative: each
	 * time that the schedule has passed has one.
	 */
	@Action
	long missingBeats(ActorContext<State, ?> c) {
		return (nextBeat(c) - c.state().firstBeat) / BEAT.toMillis() - c.state().beats;
	}

	private static long nextBeat(ActorContext<State, ?> c) {
		return Objects.requireNonNull(c.schedule().list().get(0).next()).toEpochMilli();
	}

	@Action
	State read(ActorContext<State, ?> c) {
		return c.state();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.transaction.annotation.Transactional;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.contract.History;

/**
 * An actor whose state and events are durable.
 */
@Actor("ledger")
@History(durable = true)
class Ledger {

	static class State {

		public int count;

		public int left;

		public int deposits;

		public int paidTwice;

		public int payments;

		/** Ids of the bookings. */
		public List<String> booked = new ArrayList<>();

		/** When each payment was made. */
		public Map<String, Long> paid = new TreeMap<>();

		public List<Integer> moved = new ArrayList<>();

	}

	/** The server keeps answers longer, even if its clock is set meanwhile. */
	private static final Duration KEPT = Duration.ofMinutes(3);

	private Clock clock = Clock.systemUTC();

	/** Sets the clock of payments. */
	void setClock(Clock clock) {
		this.clock = clock;
	}

	@CreateState
	State createState() {
		return new State();
	}

	/** The number in the event, in the state and in the answer is the same. */
	@Action(durable = true)
	int add(ActorContext<State, ?> context) {
		int count = ++context.state().count;
		context.broadcast("added", count);
		return count;
	}

	/** Sends no event, so that only the answer waits for the save. */
	@Action(durable = true)
	int deposit(ActorContext<State, ?> context) {
		return ++context.state().deposits;
	}

	/** Is idempotent for each id, as long as the server keeps answers. */
	@Action(durable = true)
	int pay(ActorContext<State, ?> context, String id) {
		State state = context.state();
		long now = this.clock.millis();
		Long before = state.paid.put(id, now);
		if (before != null && now - before < KEPT.toMillis()) {
			state.paidTwice++;
		}
		return ++state.payments;
	}

	/** Has an id, but no idempotency key: it never runs twice. */
	@Action(durable = true)
	int book(ActorContext<State, ?> context, String id) {
		List<String> booked = context.state().booked;
		booked.add(id);
		return booked.size();
	}

	/** Is committed with a row of the application, or not at all. */
	@Action
	@Transactional
	int move(ActorContext<State, ?> context) {
		List<Integer> moved = context.state().moved;
		moved.add(moved.size() + 1);
		context.broadcast("moved", moved.size());
		return moved.size();
	}

	@Action
	State read(ActorContext<State, ?> context) {
		return context.state();
	}

	@Action
	int count(ActorContext<State, ?> context) {
		return context.state().count;
	}

	@OnDisconnect
	void left(ActorContext<State, ?> context) {
		context.broadcast("left", ++context.state().left);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

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

	@Action
	int count(ActorContext<State, ?> context) {
		return context.state().count;
	}

	@OnDisconnect
	void left(ActorContext<State, ?> context) {
		context.broadcast("left", ++context.state().left);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.util.ArrayList;
import java.util.List;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.contract.History;

/** A board whose events are stored. */
@Actor("board")
@History(durable = true)
class Board {

	static final class State {

		public List<String> notes = new ArrayList<>();

	}

	@CreateState
	State createState() {
		return new State();
	}

	@Action
	int pin(ActorContext<State, ?> c, String note) {
		c.state().notes.add(note);
		c.broadcast("pinned", note);
		return c.state().notes.size();
	}

}

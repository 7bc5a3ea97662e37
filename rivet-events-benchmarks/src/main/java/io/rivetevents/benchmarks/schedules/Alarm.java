/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.schedules;

import java.time.Instant;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

/**
 * An actor that rings once at a given time, and notes how often it has.
 */
@Actor("alarm")
class Alarm {

	static class State {

		public int rings;

	}

	private final Rings rings;

	Alarm(Rings rings) {
		this.rings = rings;
	}

	@CreateState
	State createState() {
		return new State();
	}

	@Action
	void set(ActorContext<State, ?> c, Instant time) {
		c.schedule().named("ring").at(time, "ring");
	}

	@Action(internal = true)
	void ring(ActorContext<State, ?> c) {
		c.state().rings++;
		this.rings.add();
	}

	@Action
	int rings(ActorContext<State, ?> c) {
		return c.state().rings;
	}

}

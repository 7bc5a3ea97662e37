/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.store;

import org.springframework.transaction.annotation.Transactional;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

/**
 * The actor of the store run. Its state is the data of the last call.
 */
@Actor("writer")
class Writer {

	record State(long writes, String data) {

		State next(String data) {
			return new State(this.writes + 1, data);
		}

	}

	@CreateState
	State createState() {
		return new State(0, "");
	}

	@Action(durable = true)
	String write(ActorContext<State, ?> c, String data) {
		c.setState(c.state().next(data));
		return data;
	}

	/** The same in a transaction of the application, if there are any. */
	@Action
	@Transactional
	public String join(ActorContext<State, ?> c, String data) {
		return write(c, data);
	}

	/** The same with an event, which is stored if history is durable. */
	@Action(durable = true)
	String publish(ActorContext<State, ?> c, String data) {
		c.setState(c.state().next(data));
		c.broadcast("written", c.state().writes());
		return data;
	}

	/** The same, stored within the save interval. */
	@Action
	String change(ActorContext<State, ?> c, String data) {
		c.setState(c.state().next(data));
		return data;
	}

	@Action
	String echo(String data) {
		return data;
	}

}

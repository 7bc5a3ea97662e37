/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;

/** An actor that sleeps while clients are connected. */
@Actor(name = "lounge", hibernate = true)
class Lounge {

	/** How often its hooks were called. */
	static final class State {

		public int connects;

		public int sleeps;

		public int disconnects;

	}

	@CreateState
	State createState() {
		return new State();
	}

	@OnConnect
	void connected(ActorContext<State, ?> c) {
		c.state().connects++;
	}

	@OnSleep
	void sleeps(ActorContext<State, ?> c) {
		c.state().sleeps++;
	}

	@OnDisconnect
	void disconnected(ActorContext<State, ?> c) {
		c.broadcast("left", ++c.state().disconnects);
	}

	@Action
	State counts(ActorContext<State, ?> c) {
		return c.state();
	}

}

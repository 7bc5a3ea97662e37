/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.sleeping;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

/**
 * An actor with a small state.
 */
@Actor("sleeper")
class Sleeper {

	record Visits(int count, String last) {
	}

	@CreateState
	Visits createState() {
		return new Visits(0, "");
	}

	@Action
	int count(ActorContext<Visits, ?> c) {
		return c.state().count();
	}

	@Action
	int visit(ActorContext<Visits, ?> c, String who) {
		c.setState(new Visits(c.state().count() + 1, who));
		return c.state().count();
	}

}

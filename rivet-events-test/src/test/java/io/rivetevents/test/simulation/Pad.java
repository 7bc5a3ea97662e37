/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

/** An actor that clients delete. The next one of them creates it again. */
@Actor("pad")
class Pad {

	@CreateState
	int[] create() {
		return new int[1];
	}

	@Action(durable = true)
	int write(ActorContext<int[], ?> c) {
		int lines = ++c.state()[0];
		c.broadcast("written", lines);
		return lines;
	}

	@Action
	void delete(ActorContext<int[], ?> c) {
		c.destroy();
	}

}

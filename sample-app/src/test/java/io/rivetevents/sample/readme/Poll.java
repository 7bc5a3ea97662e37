/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import java.util.Map;
import java.util.TreeMap;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

// tag::actor
@Actor("poll")
class Poll {

	@CreateState
	Map<String, Integer> createState() {
		return new TreeMap<>();
	}

	@Action
	int vote(ActorContext<Map<String, Integer>, ?> c, String choice) {
		int votes = c.state().merge(choice, 1, Integer::sum);
		c.broadcast("voted", choice, votes);
		return votes;
	}

}
// end::actor

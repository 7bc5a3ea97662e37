/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.conformance;

import java.util.List;

import org.springframework.context.annotation.Profile;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;

@Actor("counter")
@Profile("conformance")
class Counter {

	@CreateState
	Long createState() {
		return 0L;
	}

	@Action
	long increment(ActorContext<Long, ?> c, long by) {
		c.setState(c.state() + by);
		c.broadcast("newCount", c.state());
		return c.state();
	}

	@Action
	long setCount(ActorContext<Long, ?> c, long count) {
		c.setState(count);
		c.broadcast("newCount", count);
		return count;
	}

	@Action(snapshot = true)
	long getCount(ActorContext<Long, ?> c) {
		return c.state();
	}

	@Action
	List<String> getKey(ActorContext<Long, ?> c) {
		return c.key().parts();
	}

	@Action
	void destroy(ActorContext<Long, ?> c) {
		c.destroy();
	}

}

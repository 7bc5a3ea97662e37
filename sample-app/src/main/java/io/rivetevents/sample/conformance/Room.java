/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.conformance;

import org.springframework.context.annotation.Profile;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * The actor of the load runs.
 */
@Actor("room")
@Profile("conformance")
class Room {

	@Action
	void say(ActorContext<?, ?> c, String data) {
		c.broadcast("msg", data);
	}

	@Action
	String echo(String data) {
		return data;
	}

}

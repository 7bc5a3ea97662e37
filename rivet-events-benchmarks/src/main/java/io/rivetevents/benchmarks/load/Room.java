/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.load;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * The actor of the load run: an action that broadcasts and one that responds, each as one
 * that never blocks and as one that may block; and one that blocks.
 */
@Actor("room")
class Room {

	@Action(blocking = false)
	void say(ActorContext<?, ?> c, String data) {
		c.broadcast("msg", data);
	}

	@Action(blocking = false)
	String echo(String data) {
		return data;
	}

	@Action
	void sayOnWorker(ActorContext<?, ?> c, String data) {
		c.broadcast("msg", data);
	}

	@Action
	String echoOnWorker(String data) {
		return data;
	}

	@Action
	String sleepAndEcho(String data) throws InterruptedException {
		Thread.sleep(1);
		return data;
	}

}

package io.rivetevents.benchmarks.load;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

/**
 * What the load run talks to: one action that tells everybody, one that answers, each as
 * one that never blocks and as one that may; and one that does block.
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

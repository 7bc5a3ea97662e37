/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;

/**
 * An actor whose state and events are not durable, with an action that takes time.
 */
@Actor("room")
class Room {

	static class State {

		public int said;

		public int thought;

	}

	private @Nullable Scheduler scheduler;

	/** Sets where actions wait. */
	void waitOn(Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	@CreateState
	State createState() {
		return new State();
	}

	@OnConnect
	void connected(ActorContext<State, ?> context) {
		context.broadcast("joined", context.conns().size());
	}

	@OnDisconnect
	void disconnected(ActorContext<State, ?> context) {
		context.broadcast("left", context.conns().size());
	}

	@Action
	int say(ActorContext<State, ?> context) {
		int said = ++context.state().said;
		context.broadcast("said", said);
		return said;
	}

	/** Holds its turn meanwhile. */
	@Action
	Mono<Integer> think(ActorContext<State, ?> context, int millis) {
		return Mono.delay(Duration.ofMillis(millis), Objects.requireNonNull(this.scheduler)).map((tick) -> {
			int thought = ++context.state().thought;
			context.broadcast("thought", thought);
			return thought;
		});
	}

	/** A slow client may lose the event. */
	@Action
	void chatter(ActorContext<State, ?> context, String text) {
		context.droppable().broadcast("chattered", text);
	}

	@Action
	void whisper(ActorContext<State, ?> context, String text) {
		context.conn().send("whispered", text);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import org.springframework.security.access.prepost.PreAuthorize;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.error.UserError;

/** A room with all that a test may expect. */
@Actor(name = "room", events = RoomEvents.class)
class Room implements RoomApi {

	/** What was said. */
	static final class State {

		public List<String> said = new ArrayList<>();

	}

	private final Map<String, ActorContext<State, ?>> kept = new ConcurrentHashMap<>();

	/** Returns the context that an instance has kept; its instance may have left. */
	ActorContext<State, ?> kept(String key) {
		return Objects.requireNonNull(this.kept.get(key));
	}

	@CreateState
	State createState() {
		return new State();
	}

	@Override
	@Action
	public int say(String text) {
		ActorContext<State, ?> c = ActorContext.current();
		c.state().said.add(text);
		c.broadcast(RoomEvents.class).said(text);
		c.broadcast(RoomEvents.class).watching(c.state().said.size());
		return c.state().said.size();
	}

	@Action
	void keep(ActorContext<State, ?> c) {
		this.kept.put(c.key().serialize(), c);
	}

	@Action
	List<String> all(ActorContext<State, ?> c) {
		return c.state().said;
	}

	@Action
	void post(ActorContext<State, ?> c, Message message) {
		c.broadcast("posted", message);
	}

	@Action
	void tell(ActorContext<State, ?> c, String user, String text) {
		c.toUser(user).send("told", text);
	}

	@Action
	@PreAuthorize("hasRole('ADMIN')")
	String secret() {
		return "42";
	}

	@Action
	void fail() {
		throw new UserError("full", "The room is full");
	}

	@Action
	String who(ActorContext<State, ?> c, @Nullable Principal caller, @ConnParams @Nullable String params) {
		return "%s with %s".formatted((caller != null) ? caller.getName() : "nobody", params);
	}

	@Action
	void sayLater(ActorContext<State, ?> c, long millis, String text) {
		c.schedule().after(Duration.ofMillis(millis), "say", text);
	}

	@Action(timeout = "5s")
	void block() throws InterruptedException {
		new CountDownLatch(1).await();
	}

	@Action(timeout = "40s")
	Mono<Void> stay() {
		return Mono.never();
	}

	@Action(durable = true)
	int sayDurably(String text) {
		return say(text);
	}

	@OnDisconnect
	void onDisconnect(ActorContext<State, ?> c) {
		c.broadcast("left");
	}

	@OnSleep
	void onSleep(ActorContext<State, ?> c) {
		c.state().said.add("good night");
	}

	/** A message. */
	record Message(String text, @Nullable String by) {
	}

}

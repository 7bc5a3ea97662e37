/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.UserError;

/** A room with all that a test may expect. */
@Actor(name = "room", events = RoomEvents.class)
class Room implements RoomApi {

	/** What was said. */
	static final class State {

		public List<String> said = new ArrayList<>();

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
		return c.state().said.size();
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

	/** A message. */
	record Message(String text, @Nullable String by) {
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.util.ArrayList;
import java.util.List;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.connection.Connection;

/** An actor that sleeps while clients are connected, and keeps a state of each. */
@Actor(name = "foyer", hibernate = true)
class Foyer {

	/** What has happened, in its order. */
	static final class State {

		public List<String> log = new ArrayList<>();

	}

	/** A guest. */
	static final class Guest {

		public String name = "";

	}

	@CreateState
	State createState() {
		return new State();
	}

	@CreateConnState
	Guest createConnState(@ConnParams String name) {
		Guest guest = new Guest();
		guest.name = name;
		return guest;
	}

	@OnConnect
	void connected(ActorContext<State, Guest> c, Connection<Guest> connection) {
		c.state().log.add(connection.state().name + " enters");
	}

	@OnDisconnect
	void disconnected(ActorContext<State, Guest> c, Connection<Guest> connection) {
		c.state().log.add(connection.state().name + " leaves");
		c.broadcast("left", connection.state().name);
	}

	@OnSleep
	void sleeps(ActorContext<State, Guest> c) {
		c.state().log.add("sleep");
	}

	@Action
	void rename(Connection<Guest> connection, String name) {
		connection.state().name = name;
	}

	@Action
	String who(Connection<Guest> connection) {
		return connection.state().name + " " + connection.id();
	}

	@Action
	int say(ActorContext<State, Guest> c, String text) {
		c.broadcast("said", text);
		return c.conns().size();
	}

	@Action
	List<String> log(ActorContext<State, Guest> c) {
		return c.state().log;
	}

}

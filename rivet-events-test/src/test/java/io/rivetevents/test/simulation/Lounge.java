/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.annotation.OnSleep;
import io.rivetevents.connection.Connection;

/**
 * An actor that sleeps while clients are connected. To fall asleep takes a second, in
 * which messages arrive.
 */
@Actor(name = "lounge", hibernate = true, sleepTimeout = "5s")
class Lounge {

	static class State {

		public int said;

		public int naps;

		/**
		 * How often the hook for the end of each connection has taken effect, by its id.
		 */
		public Map<String, Integer> left = new TreeMap<>();

	}

	static class Guest {

		public int visits;

	}

	/** The connection of a call, and the number of its calls. */
	record Visit(String connection, int count) {
	}

	/** How often each connection was opened, by its id. */
	private final Map<String, Integer> opened = new HashMap<>();

	private @Nullable Scheduler scheduler;

	private @Nullable ActorContext<State, Guest> kept;

	private int heard;

	/** Ids of the connections whose last hook has not run. */
	private final Set<String> inside = new HashSet<>();

	/** Events that no connection received although there were some. */
	private final List<Integer> unheard = new ArrayList<>();

	/**
	 * Begins a run.
	 * @param scheduler where hooks and actions wait
	 */
	void begin(Scheduler scheduler) {
		this.scheduler = scheduler;
		this.opened.clear();
		this.kept = null;
		this.heard = 0;
		this.inside.clear();
		this.unheard.clear();
	}

	Map<String, Integer> opened() {
		return this.opened;
	}

	List<Integer> unheard() {
		return this.unheard;
	}

	/**
	 * Sends an event outside of turns, by a context of an instance that may have left.
	 */
	void sendFromOutside() {
		ActorContext<State, Guest> kept = this.kept;
		if (kept != null) {
			int number = ++this.heard;
			Set<String> before = Set.copyOf(this.inside);
			kept.broadcast("heard", number).whenDone().subscribe((receipt) -> {
				if (receipt.targeted() == 0 && before.stream().anyMatch(this.inside::contains)) {
					this.unheard.add(number);
				}
			}, (ex) -> {
				// its process has stopped, or the instance cannot be woken
			});
		}
	}

	@CreateState
	State createState() {
		return new State();
	}

	@CreateConnState
	Guest createConnState() {
		return new Guest();
	}

	@OnConnect
	void connected(Connection<Guest> connection) {
		this.opened.merge(connection.id(), 1, Integer::sum);
		this.inside.add(connection.id());
	}

	@OnDisconnect
	void disconnected(ActorContext<State, Guest> context, Connection<Guest> connection) {
		this.inside.remove(connection.id());
		Map<String, Integer> left = context.state().left;
		left.merge(connection.id(), 1, Integer::sum);
		context.broadcast("left", left.size());
	}

	@OnSleep
	Mono<Void> fallsAsleep(ActorContext<State, Guest> context) {
		context.broadcast("dozed", ++context.state().naps);
		return Mono.delay(Duration.ofSeconds(1), Objects.requireNonNull(this.scheduler)).then();
	}

	@Action
	int say(ActorContext<State, Guest> context) {
		this.kept = context;
		int said = ++context.state().said;
		context.broadcast("said", said);
		return said;
	}

	@Action
	Visit visit(Connection<Guest> connection) {
		return new Visit(connection.id(), ++connection.state().visits);
	}

	/** Other turns run meanwhile. */
	@Action(interleave = true)
	Mono<Integer> think(ActorContext<State, Guest> context, int millis) {
		return Mono.delay(Duration.ofMillis(millis), Objects.requireNonNull(this.scheduler)).map((tick) -> millis);
	}

	@Action
	void rest(ActorContext<State, Guest> context) {
		context.sleep();
	}

	@Action
	List<String> present(ActorContext<State, Guest> context) {
		return context.conns().stream().filter((connection) -> !connection.isStateless()).map(Connection::id).toList();
	}

	@Action
	State read(ActorContext<State, Guest> context) {
		return context.state();
	}

}

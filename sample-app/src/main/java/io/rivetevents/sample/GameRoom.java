/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.Volatile;
import io.rivetevents.error.UserError;

/**
 * A field on which players move. The connection params have the id of the player.
 */
@Actor(name = "gameRoom", events = GameRoom.Events.class)
class GameRoom {

	/** Events of the field. */
	interface Events {

		void playerJoined(Moved player);

		/** Only the latest position is relevant, so a slow connection may miss some. */
		@Volatile
		void playerMoved(Moved player);

		void playerLeft(Left player);

		void privateMessage(PrivateMessage message);

	}

	record JoinParams(@Nullable String playerId, @Nullable String role) {
	}

	/** Connection state. */
	record Player(@Nullable String playerId, String role) {
	}

	record Position(@Min(-1000) @Max(1000) double x, @Min(-1000) @Max(1000) double y) {
	}

	record Figure(int health, Position position) {
	}

	record Moved(String playerId, Position position) {
	}

	record Left(String playerId) {
	}

	record PrivateMessage(@Nullable String from, String message, long timestamp) {
	}

	record Self(String id, @Nullable String playerId, String role) {
	}

	static class State {

		public Map<String, Figure> players = new TreeMap<>();

	}

	@CreateState
	State createState() {
		return new State();
	}

	@CreateConnState
	Player createPlayer(@ConnParams @Nullable JoinParams params) {
		String role = (params != null) ? params.role() : null;
		return new Player((params != null) ? params.playerId() : null, (role != null) ? role : "player");
	}

	@OnConnect
	void join(ActorContext<State, Player> c) {
		String playerId = c.conn().state().playerId();
		if (playerId != null) {
			Figure figure = c.state().players.computeIfAbsent(playerId, (id) -> new Figure(100, new Position(0, 0)));
			c.except(c.conn()).broadcast(Events.class).playerJoined(new Moved(playerId, figure.position()));
		}
	}

	/** Keeps a player that has another tab open on the field. */
	@OnDisconnect
	void leave(ActorContext<State, Player> c, Connection<Player> leaving) {
		String playerId = leaving.state().playerId();
		boolean elsewhere = c.conns().stream().anyMatch((other) -> other != leaving && plays(other, playerId));
		if (playerId != null && !elsewhere) {
			c.state().players.remove(playerId);
			c.broadcast(Events.class).playerLeft(new Left(playerId));
		}
	}

	/** Called often and never blocks, so it does not need a worker thread. */
	@Action(blocking = false)
	void updatePlayerPosition(ActorContext<State, Player> c, @Valid Position position) {
		String playerId = c.conn().state().playerId();
		if (playerId == null) {
			return;
		}
		Figure figure = c.state().players.get(playerId);
		c.state().players.put(playerId, new Figure((figure != null) ? figure.health() : 100, position));
		c.where((other) -> !plays(other, playerId)).broadcast(Events.class).playerMoved(new Moved(playerId, position));
	}

	@Action
	void sendPrivateMessage(ActorContext<State, Player> c, String playerId, @Size(max = 500) String message) {
		find(c, playerId).send(Events.class)
			.privateMessage(new PrivateMessage(c.conn().state().playerId(), message, System.currentTimeMillis()));
	}

	@Action
	Self whoAmI(Connection<Player> caller) {
		return new Self(caller.id(), caller.state().playerId(), caller.state().role());
	}

	@Action
	int connectionCount(ActorContext<State, Player> c) {
		return c.conns().size();
	}

	@Action
	Map<String, Figure> getPlayers(ActorContext<State, Player> c) {
		return c.state().players;
	}

	@Action
	boolean kick(ActorContext<State, Player> c, String playerId, String reason) {
		List<Connection<Player>> found = c.conns().stream().filter((other) -> plays(other, playerId)).toList();
		found.stream().findFirst().ifPresent((connection) -> connection.disconnect(reason));
		return !found.isEmpty();
	}

	@Action
	boolean disconnectSelf(Connection<Player> caller, String reason) {
		caller.disconnect(reason);
		return true;
	}

	private static Connection<Player> find(ActorContext<State, Player> c, String playerId) {
		return c.conns()
			.stream()
			.filter((other) -> plays(other, playerId))
			.findFirst()
			.orElseThrow(() -> new UserError("player_not_found", "%s does not play here".formatted(playerId)));
	}

	private static boolean plays(Connection<Player> connection, @Nullable String playerId) {
		return playerId != null && playerId.equals(connection.state().playerId());
	}

}

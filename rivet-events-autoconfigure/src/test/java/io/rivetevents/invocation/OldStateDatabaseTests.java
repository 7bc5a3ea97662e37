/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.error.RivetException;
import io.rivetevents.jdbc.JdbcActorStateStore;
import io.rivetevents.jdbc.JdbcSchema;
import io.rivetevents.jdbc.JdbcSettings;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Two versions of an application one after the other on the same database file.
 */
class OldStateDatabaseTests {

	private static final ActorAddress ROOM = ActorAddress.of("Room", "k");

	@TempDir
	private Path directory;

	private String rooms() {
		return database("rooms");
	}

	private String database(String name) {
		return "jdbc:h2:file:%s".formatted(this.directory.resolve(name));
	}

	/** An application that runs until it is closed. */
	private static final class Application implements AutoCloseable {

		private final JdbcConnectionPool database;

		private final JdbcActorStateStore store;

		private final ActorHarness harness;

		Application(String url, Object room) {
			this.database = JdbcConnectionPool.create(url, "", "");
			new JdbcSchema(this.database, JdbcSettings.defaults()).create();
			this.store = new JdbcActorStateStore(this.database, JdbcSettings.defaults());
			this.harness = new ActorHarness(ActorSettings.DEFAULTS, this.store, room);
		}

		String add(String text) {
			return this.harness.call(Second.Room.class, "k", "add", text).stringValue();
		}

		StoredActor stored() {
			return this.store.load(ROOM);
		}

		String state() {
			return new String(stored().state(), StandardCharsets.UTF_8);
		}

		@Override
		public void close() {
			this.harness.close();
			this.store.close();
			this.database.dispose();
		}

	}

	@Test
	void aDeployMigratesAndARollbackKeepsWhatIsStored() {
		try (Application first = new Application(rooms(), new First.Room())) {
			assertThat(first.add("tea")).isEqualTo("tea");
		}
		try (Application second = new Application(rooms(), new Second.Room())) {
			assertThat(second.add("milk")).isEqualTo("tea milk");
		}
		try (Application first = new Application(rooms(), new First.Room())) {
			assertThatExceptionOfType(RivetException.class).isThrownBy(() -> first.add("lost"))
				.returns("state_unreadable", RivetException::code);
			assertThat(first.state()).isEqualTo("{\"title\":\"tea milk\"}");
			assertThat(first.stored().format()).isOne();
		}
		try (Application second = new Application(rooms(), new Second.Room())) {
			assertThat(second.add("sugar")).isEqualTo("tea milk sugar");
		}
	}

	@Test
	void anExportOfTheFirstVersionIsPutBackIntoAnotherDatabaseOfTheSecond() {
		String document;
		try (Application first = new Application(rooms(), new First.Room())) {
			first.add("tea");
			first.harness.call(First.Room.class, "k", "save");
			document = first.harness.node().storedActors().export(ROOM);
		}
		try (Application second = new Application(database("other"), new Second.Room())) {
			second.harness.node().storedActors().restore(document);
			RecordedOutbound client = second.harness.connect(Second.Room.class, "k", null);
			assertThat(second.add("milk")).isEqualTo("tea milk");
			second.harness.node().storedActors().restore(document);
			assertThat(client.closed()).containsExactly(CloseReason.of(ErrorCode.RESTARTING));
			assertThat(second.stored().format()).isZero();
			assertThat(second.state()).isEqualTo("{\"topic\":\"tea\"}");
			assertThat(second.add("lemon")).isEqualTo("tea lemon");
			assertThat(second.stored().format()).isOne();
		}
	}

	static final class First {

		static class Room {

			@CreateState
			State create() {
				return new State();
			}

			@Action
			String add(ActorContext<State, ?> c, String text) {
				c.state().topic = (c.state().topic + " " + text).strip();
				return c.state().topic;
			}

			@Action
			void save(ActorContext<State, ?> c) {
				c.saveState();
			}

		}

		static class State {

			public String topic = "";

		}

	}

	static final class Second {

		static class Room {

			@CreateState
			State create() {
				return new State();
			}

			@MigrateState(from = 0)
			static JsonNode rename(ObjectNode state) {
				state.set("title", state.remove("topic"));
				return state;
			}

			@Action
			String add(ActorContext<State, ?> c, String text) {
				c.state().title = (c.state().title + " " + text).strip();
				return c.state().title;
			}

		}

		@StateVersion(1)
		static class State {

			public String title = "";

		}

	}

}

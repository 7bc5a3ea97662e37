/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.MigrateState;
import io.rivetevents.annotation.StateVersion;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.test.store.StateExamples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StateExamplesTests {

	private final StateExamples examples = StateExamples.of(ChatRoom.class);

	@Test
	void readsStatesOfAllVersions() {
		this.examples.check();
	}

	@Test
	void keepsAnExampleOfThisVersion() {
		Path file = this.examples.write("two-messages",
				new RoomState("tea", List.of("hello", "bye"), Set.of("ada"), new BigDecimal("0.10"), true, null));
		assertThat(file).isEqualTo(Path.of("src/test/resources/state/chatRoom/v2-two-messages.json")).exists();
	}

	@Test
	void namesWhatWouldBeLost() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> this.examples.inDirectory("state/bad").check())
			.satisfies((ex) -> assertThat(ex.getMessage().lines()).satisfiesExactly(
					(line) -> assertThat(line)
						.isEqualTo("state/bad/latest.json: the name must be v<version>-<name>.json"),
					(line) -> assertThat(line)
						.startsWith("state/bad/v1-typo.json: cannot be read by version 2 of "
								+ RoomState.class.getName() + ": $.message: UnrecognizedPropertyException")
						.contains("Unrecognized property \"message\""),
					(line) -> assertThat(line)
						.isEqualTo("state/bad/v2-old-name.json: would be lost or changed: $.members, $.owner"),
					(line) -> assertThat(line).startsWith("state/bad/v2-wrong-type.json: cannot be read by version 2 ")
						.contains("$.messages: MismatchedInputException for java.util.ArrayList"),
					(line) -> assertThat(line).startsWith("state/bad/v3-future.json: cannot be read by version 2 ")
						.contains("the format is newer than the version")));
	}

	/** A default is part of no example. */
	@Test
	void namesAStateThatCouldNotBeLoadedAfterASave() {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> StateExamples.of(Lamp.class).check())
			.withMessageContaining("state/lamp/v0-before.json: ")
			.withMessageContaining("$.colour");
	}

	@Test
	void failsWithoutExamples() {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> this.examples.inDirectory("state/none").check())
			.withMessage("There is no example state/none/v<version>-<name>.json on the class path");
	}

	@Test
	void usesTheMapperOfTheApplication(@TempDir Path directory) throws IOException {
		JsonMapper snakes = JsonMapper.builder()
			.propertyNamingStrategy(PropertyNamingStrategies.UPPER_CAMEL_CASE)
			.build();
		Path file = this.examples.withMapper(snakes).withSources(directory).write("x", ChatRoom.first());
		assertThat(Files.readString(file)).contains("\"Title\"");
	}

	@Test
	void neverChangesAnExample(@TempDir Path directory) throws IOException {
		StateExamples there = this.examples.withSources(directory);
		Path file = there.write("x", ChatRoom.first());
		assertThat(file).isEqualTo(directory.resolve("state/chatRoom/v2-x.json")).hasContent("""
				{
				  "title" : "new",
				  "messages" : [ ],
				  "members" : [ ],
				  "price" : 0,
				  "pinned" : false
				}
				""");
		Files.writeString(file, "{}");
		there.write("x", ChatRoom.first());
		assertThat(file).hasContent("{}");
		assertThatIllegalArgumentException().isThrownBy(() -> there.write("../x", ChatRoom.first()));
	}

	@Test
	void usesABeanForMethodsThatAreNotStatic() {
		StateExamples.ofBean(new Room("hello")).inDirectory("state/chatRoom").check();
	}

	@Test
	void reportsInvalidMigrations() {
		assertThatExceptionOfType(InvalidActorException.class).isThrownBy(() -> StateExamples.of(Incomplete.class))
			.withMessageContaining("no method has @MigrateState(from = 1)");
		assertThatIllegalArgumentException().isThrownBy(() -> StateExamples.of(String.class))
			.withMessage("java.lang.String has no state: no method has @CreateState");
	}

	@StateVersion(2)
	record RoomState(String title, List<String> messages, Set<String> members, BigDecimal price, Boolean pinned,
			@JsonInclude(JsonInclude.Include.NON_NULL) String note) {
	}

	static class Rooms {

		@CreateState
		Mono<RoomState> create() {
			return Mono.just(first());
		}

		static RoomState first() {
			return new RoomState("new", List.of(), Set.of(), BigDecimal.ZERO, false, null);
		}

		@MigrateState(from = 1)
		static JsonNode rename(ObjectNode state) {
			state.set("title", state.remove("topic"));
			return state;
		}

	}

	@Actor("chatRoom")
	static class ChatRoom extends Rooms {

		@MigrateState(from = 0)
		static JsonNode makeList(ObjectNode state) {
			state.putArray("messages").add(state.remove("messages"));
			return state;
		}

	}

	static class Room extends Rooms {

		private final String message;

		Room(String message) {
			this.message = message;
		}

		@MigrateState(from = 0)
		JsonNode makeList(ObjectNode state) {
			state.putArray("messages").add(this.message);
			return state;
		}

	}

	/** Is written by its label, and read by its name. */
	enum Colour {

		RED;

		@JsonValue
		String label() {
			return "red";
		}

		@JsonCreator
		static Colour of(String name) {
			return valueOf(name);
		}

	}

	static class LampState {

		public boolean on;

		public Colour colour = Colour.RED;

	}

	@Actor("lamp")
	static class Lamp {

		@CreateState
		LampState create() {
			return new LampState();
		}

	}

	static class Incomplete {

		@CreateState
		RoomState create() {
			return ChatRoom.first();
		}

	}

}

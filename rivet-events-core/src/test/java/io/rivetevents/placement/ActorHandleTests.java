/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.ParameterizedTypeReference;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.RivetException;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the server's own code does with one instance.
 */
class ActorHandleTests {

	private static final ParameterizedTypeReference<List<Point>> POINTS = new ParameterizedTypeReference<>() {
	};

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Canvas());

	private final Actors actors = this.harness.actors();

	private final ActorHandle canvas = this.actors.getOrCreate(Canvas.class, "k");

	@AfterEach
	void close() {
		this.harness.close();
	}

	@Test
	void convertsResultsToTypesWithArguments() {
		assertThat(block(this.canvas.call("line", POINTS, 3))).containsExactly(new Point(0, 1), new Point(1, 2),
				new Point(2, 3));
		assertThat(block(this.canvas.call("named", new ParameterizedTypeReference<Map<String, List<Point>>>() {
		}))).containsEntry("origin", List.of(new Point(0, 0)));
	}

	@Test
	void convertsResultsToTypesWithoutArguments() {
		assertThat(block(this.canvas.call("size", int.class))).isEqualTo(7);
		assertThat(block(this.canvas.call("size", new ParameterizedTypeReference<Integer>() {
		}))).isEqualTo(7);
		assertThat(block(this.canvas.call("size", new ParameterizedTypeReference<Void>() {
		}))).isNull();
		assertThat(block(this.canvas.call("nothing", POINTS))).isNull();
	}

	@Test
	void predictsResultsOfTypesWithArguments() {
		this.harness.connect(Canvas.class, "k", null);
		Connection<?> connection = Canvas.connection;
		assertThat(block(this.canvas.predict(connection, "line", POINTS, 1))).containsExactly(new Point(0, 1));
	}

	@Test
	void refusesResultsThatDoNotFit() {
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> block(this.canvas.call("size", POINTS)))
			.satisfies((ex) -> {
				assertThat(ex.code()).isEqualTo("validation_error");
				assertThat(ex.text()).contains("does not fit List").doesNotContain("java.util");
			});
	}

	@Test
	void findsInstancesByKeysOfAnyForm() {
		ActorKey key = ActorKey.of(List.of("a/b", "", "c"));
		String id = id(this.actors.getOrCreate("Canvas", key));
		assertThat(id(this.actors.getOrCreate(Canvas.class, "a/b", "", "c"))).isEqualTo(id);
		assertThat(id(this.actors.getOrCreate(Canvas.class, key))).isEqualTo(id);
		assertThat(id(this.actors.getOrCreateWithInput("input", "Canvas", key))).isEqualTo(id);
		assertThat(id(this.actors.get("Canvas", key))).isEqualTo(id);
		assertThat(id(this.actors.get(Canvas.class, key))).isEqualTo(id);
		assertThat(block(this.actors.get(Canvas.class, key).call("idOf", String.class, key.parts()))).isEqualTo(id);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> block(this.actors.create(null, "Canvas", key)))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("duplicate_key"));
		assertThat(this.actors.get("Canvas", ActorKey.of(List.of()))).hasToString(this.actors.get("Canvas").toString());
	}

	private static String id(ActorHandle handle) {
		return block(handle.resolve()).actorId();
	}

	private static <T> T block(Mono<T> result) {
		return result.block(ActorHarness.PATIENCE);
	}

	record Point(int x, int y) {
	}

	static class Canvas {

		static Connection<?> connection;

		@CreateState
		int[] create() {
			return new int[] { 7 };
		}

		@OnConnect
		void connected(Connection<?> connection) {
			Canvas.connection = connection;
		}

		@Action
		List<Point> line(int length) {
			return IntStream.range(0, length).mapToObj((x) -> new Point(x, x + 1)).toList();
		}

		@Action
		Map<String, List<Point>> named() {
			return Map.of("origin", List.of(new Point(0, 0)));
		}

		@Action
		int size(ActorContext<int[], ?> c) {
			return c.state()[0];
		}

		@Action(interleave = true)
		Mono<String> idOf(ActorContext<?, ?> c, List<String> key) {
			return c.actor("Canvas", ActorKey.of(key)).resolve().map(ActorInfo::actorId);
		}

		@Action
		void nothing() {
		}

	}

}

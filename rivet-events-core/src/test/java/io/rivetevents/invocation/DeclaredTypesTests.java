/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.cluster.LocalBackplane;
import io.rivetevents.connection.Recipients;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.protocol.ClientCodec;
import io.rivetevents.protocol.ExtendedClientCodec;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is declared decides how it is written: elements keep the id of their type, in
 * whatever they stand, on the wire and in the store.
 */
class DeclaredTypesTests {

	private static final String CIRCLE = "{\"kind\":\"circle\",\"r\":1}";

	private static final String SQUARE = "{\"kind\":\"square\",\"a\":2}";

	private static final String BOTH = "[" + CIRCLE + "," + SQUARE + "]";

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, new Room(), new Untyped());

	@AfterEach
	void close() {
		this.harness.close();
	}

	static Stream<Arguments> results() {
		Map<String, String> expected = new LinkedHashMap<>();
		expected.put("one", CIRCLE);
		expected.put("list", BOTH);
		expected.put("set", "[" + CIRCLE + "]");
		expected.put("array", BOTH);
		expected.put("map", "{\"k\":" + CIRCLE + "}");
		expected.put("optional", CIRCLE);
		expected.put("nested", "{\"k\":[" + BOTH + "]}");
		expected.put("box", "{\"value\":" + CIRCLE + "}");
		expected.put("mono", CIRCLE);
		expected.put("monoList", BOTH);
		expected.put("flux", BOTH);
		expected.put("later", BOTH);
		expected.put("wildcard", BOTH);
		expected.put("holder", "{\"shapes\":" + BOTH + "}");
		expected.put("narrow", "{\"name\":\"tom\",\"lives\":9}");
		expected.put("narrowList", "[{\"name\":\"tom\",\"lives\":9}]");
		expected.put("pages", "{\"size\":1}");
		expected.put("object", CIRCLE);
		expected.put("none", "null");
		return expected.entrySet().stream().map((each) -> Arguments.of(each.getKey(), each.getValue()));
	}

	@ParameterizedTest
	@MethodSource("results")
	void resultsAreWrittenByTheReturnType(String action, String expected) {
		JsonNode result = this.harness.call(Room.class, "k", action);
		for (Encoding encoding : Encoding.values()) {
			assertThat(onTheWire(encoding, result)).as("%s in %s", action, encoding).isEqualTo(json(expected));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "typed", "sent", "toOne", "byName", "sentByName", "base" })
	void argumentsOfEventsAreWrittenByTheirContract(String action) {
		RecordedOutbound client = this.harness.connectUser(Room.class, "k", "ada");
		client.forget();
		this.harness.call(Room.class, "k", "subscribeAll");
		this.harness.call(Room.class, "k", action);
		assertThat(events(client)).containsExactly(json("[" + BOTH + "," + CIRCLE + "]"));
	}

	@ParameterizedTest
	@EnumSource
	void targetsOutsideTheActorKnowTheContractsOfAllActors(Origin origin) {
		RecordedOutbound client = this.harness.connectUser(Room.class, "k", "ada");
		client.forget();
		Recipients recipients = switch (origin) {
			case HANDLE -> this.harness.actors().get("Room", "k");
			case NODE -> connections().everywhere();
			case USER -> connections().user("ada");
		};
		recipients.send("shapes", shapes(), new Circle(1));
		Awaitility.await().untilAsserted(() -> assertThat(events(client)).hasSize(1));
		recipients.send(Shapes.class).shapes(shapes(), new Circle(1));
		Awaitility.await().untilAsserted(() -> assertThat(events(client)).hasSize(2));
		assertThat(events(client)).containsOnly(json("[" + BOTH + "," + CIRCLE + "]"));
	}

	enum Origin {

		HANDLE, NODE, USER

	}

	private ClusterConnections connections() {
		return new ClusterConnections(this.harness.connections(), new LocalBackplane(), this.harness.targets());
	}

	/** An actor that does not declare it sends what it has, whatever others declare. */
	@Test
	void anotherActorsContractDoesNotDecide() {
		RecordedOutbound client = this.harness.connectUser(Untyped.class, "k", "ada");
		client.forget();
		this.harness.call(Untyped.class, "k", "tell");
		assertThat(events(client)).containsExactly(json("[\"none\",1]"));
	}

	@Test
	void stateIsBackAfterASleep() {
		this.harness.call(Room.class, "k", "draw");
		this.harness.call(Room.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(this.harness.call(Room.class, "k", "drawn")).isEqualTo(json(BOTH));
		this.harness.call(Room.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		assertThat(this.harness.call(Room.class, "k", "drawn")).isEqualTo(json(BOTH));
	}

	private static List<JsonNode> events(RecordedOutbound client) {
		return client.messages(ToClient.Event.class)
			.stream()
			.<JsonNode>map((event) -> JsonMapper.shared().createArrayNode().addAll(event.args()))
			.map((args) -> json(args.toString().replace("1.0", "1").replace("2.0", "2")))
			.toList();
	}

	private static JsonNode onTheWire(Encoding encoding, JsonNode value) {
		byte[] frame = encoding.codec().encode(new ToClient.ActionResponse(1, value));
		ToClient message;
		if (encoding == Encoding.EVENT_STREAM) {
			String item = new String(frame);
			String data = item.substring(item.indexOf("data: ") + 6).lines().findFirst().orElseThrow();
			return json(data).get("output");
		}
		message = encoding.isExtended() ? ExtendedClientCodec.decode(encoding, frame).plain()
				: ClientCodec.decode(encoding, frame);
		JsonNode output = ((ToClient.ActionResponse) message).output();
		return json(String.valueOf(output).replace("1.0", "1").replace("2.0", "2"));
	}

	private static JsonNode json(String json) {
		return JsonMapper.shared().readTree(json);
	}

	private static List<Shape> shapes() {
		return new ArrayList<>(List.of(new Circle(1), new Square(2)));
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(value = Circle.class, name = "circle"),
			@JsonSubTypes.Type(value = Square.class, name = "square") })
	interface Shape {

	}

	record Circle(int r) implements Shape {
	}

	record Square(int a) implements Shape {
	}

	record Box<T>(T value) {
	}

	record Holder(List<Shape> shapes) {
	}

	interface Named {

		String name();

	}

	record Cat(String name, int lives) implements Named {
	}

	/** Written as it says itself, though it is a list. */
	@com.fasterxml.jackson.annotation.JsonFormat(shape = com.fasterxml.jackson.annotation.JsonFormat.Shape.POJO)
	@com.fasterxml.jackson.annotation.JsonIncludeProperties("size")
	static class Page extends ArrayList<String> {

		public int getSize() {
			return size();
		}

	}

	interface BaseEvents<T> {

		void base(List<T> items, T item);

	}

	interface Shapes extends BaseEvents<Shape> {

		void shapes(List<Shape> shapes, Shape shape);

	}

	@Actor(events = Shapes.class)
	static class Room {

		@CreateState
		List<Shape> createState() {
			return new ArrayList<>();
		}

		@Action
		Shape one() {
			return new Circle(1);
		}

		@Action
		List<Shape> list() {
			return shapes();
		}

		@Action
		Set<Shape> set() {
			return Set.of(new Circle(1));
		}

		@Action
		Shape[] array() {
			return shapes().toArray(Shape[]::new);
		}

		@Action
		Map<String, Shape> map() {
			return Map.of("k", new Circle(1));
		}

		@Action
		Optional<Shape> optional() {
			return Optional.of(new Circle(1));
		}

		@Action
		Map<String, List<List<Shape>>> nested() {
			return Map.of("k", List.of(shapes()));
		}

		@Action
		Box<Shape> box() {
			return new Box<>(new Circle(1));
		}

		@Action
		Mono<Shape> mono() {
			return Mono.just(new Circle(1));
		}

		@Action
		Mono<List<Shape>> monoList() {
			return Mono.just(shapes());
		}

		@Action
		Flux<Shape> flux() {
			return Flux.fromIterable(shapes());
		}

		@Action
		CompletionStage<List<Shape>> later() {
			return CompletableFuture.completedFuture(shapes());
		}

		@Action
		List<? extends Shape> wildcard() {
			return shapes();
		}

		@Action
		Holder holder() {
			return new Holder(shapes());
		}

		@Action
		Named narrow() {
			return new Cat("tom", 9);
		}

		@Action
		List<Named> narrowList() {
			return List.of(new Cat("tom", 9));
		}

		@Action
		List<String> pages() {
			Page page = new Page();
			page.add("x");
			return page;
		}

		@Action
		Object object() {
			return new Circle(1);
		}

		@Action
		Shape none() {
			return null;
		}

		@Action
		void subscribeAll(ActorContext<List<Shape>, Void> c) {
		}

		@Action
		void typed(ActorContext<List<Shape>, Void> c) {
			c.send(Shapes.class).shapes(shapes(), new Circle(1));
		}

		@Action
		void sent(ActorContext<List<Shape>, Void> c) {
			c.tagged("x").send(Shapes.class).shapes(shapes(), new Circle(1));
		}

		@Action
		void toOne(ActorContext<List<Shape>, Void> c) {
			c.conns().forEach((connection) -> connection.send("shapes", shapes(), new Circle(1)));
		}

		@Action
		void byName(ActorContext<List<Shape>, Void> c) {
			c.send("shapes", shapes(), new Circle(1));
		}

		@Action
		void sentByName(ActorContext<List<Shape>, Void> c) {
			c.to(c.conns()).droppable().send("shapes", shapes(), new Circle(1));
		}

		@Action
		void base(ActorContext<List<Shape>, Void> c) {
			c.send(Shapes.class).base(shapes(), new Circle(1));
		}

		@Action
		void draw(ActorContext<List<Shape>, Void> c) {
			c.state().addAll(shapes());
		}

		@Action
		List<Shape> drawn(ActorContext<List<Shape>, Void> c) {
			return c.state();
		}

		@Action
		void sleep(ActorContext<List<Shape>, Void> c) {
			c.sleep();
		}

	}

	static class Untyped {

		@Action
		void tell(ActorContext<?, ?> c) {
			c.send("shapes", "none", 1);
		}

	}

}

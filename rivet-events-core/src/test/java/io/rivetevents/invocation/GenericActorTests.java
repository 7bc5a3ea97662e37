/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.Input;
import io.rivetevents.annotation.OnCreate;
import io.rivetevents.connection.Connection;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Type variables of a generic class have the types that the actor's own class declares.
 */
class GenericActorTests {

	private static final Item ITEM = new Item("a", 1);

	private final Items items = new Items();

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS, this.items);

	@AfterEach
	void close() {
		this.harness.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
			one      | {"name":"a","size":1}
			list     | [{"name":"a","size":1}]
			map      | {"k":[{"name":"a","size":1}]}
			array    | [{"name":"a","size":1}]
			nested   | [[{"name":"a","size":1}]]
			wildcard | [{"name":"a","size":1}]
			""")
	void argumentsAreOfTheTypeThatTheClassNames(String action, String argument) {
		JsonNode sent = JsonMapper.shared().readTree(argument);
		assertThat(this.harness.call(Items.class, "k", action, sent)).isEqualTo(sent);
		assertThat(this.items.seen).containsExactly(ITEM);
	}

	@Test
	void restOfTheArgumentsToo() {
		this.harness.call(Items.class, "k", "rest", ITEM, ITEM);
		assertThat(this.items.seen).containsExactly(ITEM, ITEM);
	}

	@Test
	void aVariableOfTheMethodIsItsBound() {
		this.harness.call(Items.class, "k", "bound", 5);
		assertThat(this.items.seen).containsExactly(5);
	}

	@Test
	void stateIsOfTheTypeThatTheClassNames() {
		this.harness.call(Items.class, "k", "keep", ITEM);
		this.harness.call(Items.class, "k", "sleep");
		Awaitility.await().until(() -> this.harness.node().size() == 0);
		this.harness.call(Items.class, "k", "recall");
		assertThat(this.items.seen).containsExactly(ITEM);
	}

	@Test
	void paramsAreOfTheTypeThatTheClassNames() {
		this.harness.connect(Items.class, "k", ITEM);
		assertThat(this.items.params).isEqualTo(ITEM);
	}

	@Test
	void eventsAreDeclaredWithTheTypeThatTheContractNames() {
		ValueMapper mapper = this.harness.mapper();
		assertThat(this.harness.contracts().of(ItemEvents.class).events()).singleElement()
			.satisfies((event) -> assertThat(event.arguments()).containsExactly(mapper.declared(Item.class),
					mapper.declared(mapper.constructType(Item.class.arrayType()))));
		RecordedOutbound client = this.harness.connect(Items.class, "k", ITEM);
		this.harness.call(Items.class, "k", "tell", ITEM);
		assertThat(client.messages(ToClient.Event.class)).singleElement()
			.satisfies((event) -> assertThat(event.args()).hasSize(2));
	}

	@Test
	void refusesAnEventWhoseTypeCannotBeEncodedInTheContract() {
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> new EventContracts(this.harness.mapper()).of(LateEvents.class))
			.withMessageContaining("is not a value that can be encoded");
	}

	record Item(String name, int size) {
	}

	interface BaseEvents<T> {

		void added(T item, T[] all);

	}

	interface ItemEvents extends BaseEvents<Item> {

	}

	interface LateEvents extends BaseEvents<Mono<String>> {

	}

	/** Everything that a class can leave open. */
	abstract static class Base<T, S extends List<T>, P> {

		final List<Object> seen = new ArrayList<>();

		volatile @Nullable P params;

		@CreateState
		abstract S createState();

		@OnCreate
		void created(ActorContext<S, P> c, @Input @Nullable T input) {
		}

		@CreateConnState
		P connect(@ConnParams P params) {
			this.params = params;
			return params;
		}

		@Action
		T one(T item) {
			this.seen.add(item);
			return item;
		}

		@Action
		Mono<List<T>> list(List<T> items) {
			this.seen.addAll(items);
			return Mono.just(items);
		}

		@Action
		Map<String, List<T>> map(Map<String, List<T>> items) {
			items.values().forEach(this.seen::addAll);
			return items;
		}

		@Action
		T[] array(T[] items) {
			this.seen.addAll(List.of(items));
			return items;
		}

		@Action
		List<List<T>> nested(List<List<T>> items) {
			items.forEach(this.seen::addAll);
			return items;
		}

		@Action
		List<? extends T> wildcard(List<? extends T> items) {
			this.seen.addAll(items);
			return items;
		}

		@Action
		@SuppressWarnings("unchecked")
		void rest(T... items) {
			this.seen.addAll(List.of(items));
		}

		@Action
		<N extends Number> void bound(N item) {
			this.seen.add(item);
		}

		@Action
		void keep(ActorContext<S, P> c, T item) {
			c.state().add(item);
		}

		@Action
		void recall(ActorContext<S, P> c, Connection<P> connection) {
			for (T item : c.state()) {
				this.seen.add(item);
			}
		}

		@Action
		void sleep(ActorContext<S, P> c) {
			c.sleep();
		}

	}

	@Actor(events = ItemEvents.class)
	static class Items extends Base<Item, ArrayList<Item>, Item> {

		@Override
		ArrayList<Item> createState() {
			return new ArrayList<>();
		}

		@Action
		void tell(ActorContext<ArrayList<Item>, Item> c, Item item) {
			c.send(ItemEvents.class).added(item, new Item[] { item });
		}

	}

}

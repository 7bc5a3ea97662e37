/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.io.InputStream;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.contract.EventName;
import io.rivetevents.contract.InvalidContractException;
import io.rivetevents.contract.Volatile;
import io.rivetevents.conversion.ValueMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Interfaces that declare events.
 */
class EventContractTests {

	private final EventContracts contracts = new EventContracts(new ValueMapper(new JsonMapper()));

	private final List<String> sent = new ArrayList<>();

	@Test
	void namesEventsByMethodsNamespacesAndAnnotations() {
		assertThat(this.contracts.of(Game.class).events()).extracting(EventMethod::name, EventMethod::droppable)
			.containsExactlyInAnyOrder(tuple("started", false), tuple("game-over", false), tuple("tick", true),
					tuple("inherited", false), tuple("player.moved", true), tuple("player.died", true),
					tuple("player.items.found", true), tuple("adm.kicked", false), tuple("base.nested", false));
	}

	@Test
	void namesTheEventsOfANamespaceAloneTheSameWay() {
		assertThat(this.contracts.of(Game.Player.Items.class).events())
			.extracting(EventMethod::name, EventMethod::droppable)
			.containsExactly(tuple("player.items.found", true));
	}

	@Test
	void sendsWhatIsCalled() {
		Game game = implement(Game.class);
		game.started("a", 1);
		game.over();
		game.player().moved(new Position(1, 2));
		game.player().items().found("key");
		game.startedTwice("b");
		implement(Game.Admin.class).kicked();
		assertThat(this.sent).containsExactly("started[a, 1]", "game-over[]", "player.moved[Position[x=1, y=2]]",
				"player.items.found[key]", "started[b, 0]", "started[b, 1]", "adm.kicked[]");
	}

	@Test
	void readsWhatAGenericInterfaceBecomesInOneThatExtendsIt() {
		assertThat(this.contracts.of(Moves.class).events())
			.extracting(EventMethod::name, (event) -> event.arguments().toString())
			.containsExactlyInAnyOrder(tuple("moved", "[%s]".formatted(Position.class.getName())),
					tuple("all", "[java.util.List<%s>]".formatted(Position.class.getName())),
					tuple("narrowed", "[%s]".formatted(Position.class.getName())));
		Moves moves = implement(Moves.class);
		Generic<Position> generic = moves;
		moves.moved(new Position(1, 2));
		generic.narrowed(new Position(3, 4)); // by the bridge method
		generic.twice(new Position(5, 6));
		assertThat(this.sent).containsExactly("moved[Position[x=1, y=2]]", "narrowed[Position[x=3, y=4]]",
				"moved[Position[x=5, y=6]]", "moved[Position[x=5, y=6]]");
	}

	@Test
	void refusesWhatAGenericInterfaceBecomes() {
		assertThatExceptionOfType(InvalidContractException.class).isThrownBy(() -> this.contracts.of(LaterMoves.class))
			.withMessageContaining("Mono");
	}

	@Test
	void keepsTheNamesOfParameters() {
		assertThat(this.contracts.of(Game.class).events()).filteredOn((event) -> event.name().equals("started"))
			.flatExtracting((event) -> List.of(event.method().getParameters()))
			.extracting(Parameter::getName)
			.containsExactly("map", "players");
	}

	@Test
	void isAnObjectLikeOthers() {
		Game game = implement(Game.class);
		assertThat(game).isEqualTo(game).isNotEqualTo(implement(Game.class)).hasSameHashCodeAs(game);
		assertThat(game.toString()).contains("Game");
		assertThat(this.sent).isEmpty();
	}

	@Test
	void takesEncodableTypesOnly() {
		assertThat(this.contracts.of(Values.class).events()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(classes = { Answers.class, Later.class, Overloaded.class, SameName.class, Streams.class,
			Promises.class, Functions.class, Futures.class, Contradictions.class, Empty.class, String.class,
			EmptyName.class, Deprecated.class, NestedAnswer.class })
	void refusesWhatCannotDeclareEvents(Class<?> type) {
		assertThatExceptionOfType(InvalidContractException.class).isThrownBy(() -> this.contracts.of(type))
			.withMessageContaining(type.getSimpleName())
			.withMessageContaining(": ");
	}

	private <E> E implement(Class<E> type) {
		return type
			.cast(this.contracts.of(type).implement((event, args) -> this.sent.add(event.name() + List.of(args))));
	}

	record Position(int x, int y) {
	}

	interface Base {

		void inherited();

		@EventName("base")
		interface Inherited {

			void nested();

		}

	}

	interface Game extends Base {

		void started(String map, int players);

		default void startedTwice(String map) {
			started(map, 0);
			started(map, 1);
		}

		static Game none() {
			throw new UnsupportedOperationException();
		}

		@EventName("game-over")
		void over();

		@Volatile
		void tick();

		Player player();

		@Volatile
		interface Player {

			void moved(Position position);

			void died();

			Items items();

			interface Items {

				void found(String item);

			}

		}

		@EventName("adm")
		interface Admin {

			void kicked();

		}

	}

	interface Generic<T> {

		void moved(T to);

		void all(List<? extends T> positions);

		void narrowed(T to);

		default void twice(T to) {
			moved(to);
			moved(to);
		}

	}

	interface Moves extends Generic<Position> {

		@Override
		void narrowed(Position to);

	}

	interface LaterMoves extends Generic<Mono<String>> {

	}

	interface Values {

		void all(int a, Long b, String c, Position d, List<Position> e, Map<String, List<Position>> f, Object g,
				JsonNode h, int[] i, Position[] j, Iterable<String> k, boolean l, Thread.State m, byte[] n);

	}

	interface Answers {

		String asked();

	}

	interface Later {

		Mono<Void> asked();

	}

	interface Overloaded {

		void said(String text);

		void said(int number);

	}

	interface SameName {

		void said(String text);

		@EventName("said")
		void spoken(String text);

	}

	interface Streams {

		void file(InputStream stream);

	}

	interface Promises {

		void later(List<Mono<String>> value);

	}

	interface Functions {

		void lazy(Supplier<String> value);

	}

	interface Futures {

		void later(CompletableFuture<String> value);

	}

	interface Contradictions {

		void contradicted(Contradiction value);

	}

	static class Contradiction {

		@JsonProperty("x")
		public int a() {
			return 1;
		}

		@JsonProperty("x")
		public int b() {
			return 2;
		}

	}

	interface Empty {

	}

	interface EmptyName {

		@EventName("")
		void said();

	}

	interface NestedAnswer {

		void said();

		interface NestedAnswerPart {

			int asked();

		}

	}

}

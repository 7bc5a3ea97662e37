/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.instance;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIdentityInfo;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.annotation.ObjectIdGenerators;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.persistence.StateComparison;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;

import static org.assertj.core.api.Assertions.assertThat;

class StateComparisonTests {

	private static final ValueMapper mapper = new ValueMapper(JsonMapper.builder()
		.polymorphicTypeValidator(
				BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).allowIfSubTypeIsArray().build())
		.build());

	@ParameterizedTest(name = "{0}: {2}")
	@MethodSource("placesAndOtherClasses")
	void namesTheClassesOfAValueThatChangesThem(String path, Place place, String text, Object value) {
		assertThat(difference(place, value)).contains("at %s: %s".formatted(path, text))
			.contains("Declare the type of such a value, or annotate it with @JsonTypeInfo");
	}

	@ParameterizedTest(name = "{0}: {3}")
	@MethodSource("placesAndSameClasses")
	void acceptsAValueThatKeepsItsClass(String path, Place place, String text, Object value) {
		assertThat(difference(place, value)).isNull();
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("otherNumbers")
	void namesTheClassesOfNumbersInPlacesForNumbers(String text, Number value) {
		for (Place place : List.of(new Place("list[0]", new TypeReference<Map<String, List<? extends Number>>>() {
		}, (each) -> Map.of("list", List.of((Number) each))), new Place("number", new TypeReference<Numbers<?>>() {
		}, (each) -> new Numbers<>((Number) each)))) {
			assertThat(difference(place, value)).contains("at %s: %s".formatted(place.path(), text));
			assertThat(difference(place, 7)).isNull();
			assertThat(difference(place, 0.5)).isNull();
		}
	}

	@Test
	void namesTheClassesOfKeys() {
		Place place = new Place("", new TypeReference<Map<Object, Object>>() {
		}, Function.identity());
		assertThat(difference(place, new TreeMap<>(Map.of(5, "five"))))
			.contains("at 5: the key java.lang.Integer is loaded as java.lang.String");
		assertThat(difference(place, Map.of(TimeUnit.DAYS, 1)))
			.contains("at DAYS: the key java.util.concurrent.TimeUnit is loaded as java.lang.String");
		assertThat(difference(place, Map.of("in", Map.of(1L, "one"))))
			.contains("at in.1: the key java.lang.Long is loaded as java.lang.String");
		assertThat(difference(place, Map.of("a", "b"))).isNull();
		assertThat(difference(new Place("", new TypeReference<List<Map.Entry<Object, Object>>>() {
		}, Function.identity()), List.of(Map.entry(1L, "one"))))
			.contains("at [0].1: the key java.lang.Long is loaded as java.lang.String");
	}

	@Test
	void namesEachPathUpToALimit() {
		Map<String, Object> state = new TreeMap<>();
		for (char each = 'a'; each < 'p'; each++) {
			state.put(String.valueOf(each), 1L);
		}
		assertThat(difference(new Place("", new TypeReference<Map<String, Object>>() {
		}, Function.identity()), state)).contains("at a: ", ", at j: ", "java.lang.Integer and 5 more. Declare")
			.doesNotContain("at k: ");
	}

	@Test
	void namesLostValuesAndClasses() {
		Place place = new Place("", new TypeReference<Changing>() {
		}, Function.identity());
		Changing state = new Changing();
		state.any = 5L;
		assertThat(difference(place, state)).contains("$.id of ", " would differ; in ",
				"at any: java.lang.Long is loaded as java.lang.Integer");
	}

	@ParameterizedTest
	@MethodSource("typed")
	void acceptsWhatIsTyped(TypeReference<?> type, Object value) {
		assertThat(difference(new Place("", type, Function.identity()), value)).isNull();
	}

	@Test
	void comparesElementsOfSetsWithTheirCounterparts() {
		Place place = new Place("", new TypeReference<Set<Anything>>() {
		}, Function.identity());
		Set<Anything> set = new HashSet<>();
		for (int i = 0; i < 200; i++) {
			// in no order, so neither is the JSON of all
			set.add(new Anything((i % 2 == 0) ? "a" + i : new HashMap<>(Map.of("a", i, "b", i))));
			set.add(new Anything(i));
		}
		assertThat(difference(place, set)).isNull();
		set.add(new Anything(5L));
		assertThat(difference(place, set)).contains("any: java.lang.Long is loaded as java.lang.Integer")
			.doesNotContain("java.lang.Integer, at");
		set.add(new Anything(Instant.EPOCH));
		assertThat(difference(place, set)).contains("any: java.lang.Long is loaded as java.lang.Integer")
			.contains("any: java.time.Instant is loaded as java.lang.String");
	}

	@Test
	void comparesElementsOfSetsThatAreWrittenInAnotherWay() {
		Place place = new Place("", new TypeReference<Set<Changing>>() {
		}, Function.identity());
		Set<Changing> set = new HashSet<>();
		for (int i = 0; i < 100; i++) {
			Changing element = new Changing();
			element.any = (i % 2 == 0) ? "a" + i : i;
			set.add(element);
		}
		assertThat(difference(place, set)).doesNotContain(" is loaded as ");
		set.iterator().next().any = Instant.EPOCH;
		assertThat(difference(place, set)).contains("at [0].any: java.time.Instant is loaded as ");
	}

	@Test
	void endsInAGraphWithIds() {
		List<Node> nodes = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			nodes.add(new Node());
		}
		nodes.forEach((node) -> node.next.addAll(nodes));
		Place place = new Place("", new TypeReference<List<Node>>() {
		}, Function.identity());
		assertThat(difference(place, nodes)).isNull();
		nodes.get(29).any = Instant.EPOCH;
		assertThat(difference(place, nodes)).contains("any: java.time.Instant is loaded as java.lang.String");
	}

	private @Nullable String difference(Place place, Object value) {
		DeclaredType type = mapper.declared(place.type().getType());
		Object state = place.state().apply(value);
		return new StateComparison(mapper, type).difference(state, type.write(state));
	}

	static List<Place> places() {
		return List.of(new Place("$", new TypeReference<Object>() {
		}, Function.identity()), new Place("a", new TypeReference<Map<String, Object>>() {
		}, (value) -> Map.of("a", value)), new Place("a", new TypeReference<HashMap<String, ?>>() {
		}, (value) -> new HashMap<>(Map.of("a", value))), new Place("any", new TypeReference<Anything>() {
		}, Anything::new), new Place("[1]", new TypeReference<List<Object>>() {
		}, (value) -> List.of("x", value)), new Place("[0]", new TypeReference<Set<Object>>() {
		}, Set::of), new Place("[0][0]", new TypeReference<LinkedHashSet<List<Object>>>() {
		}, (value) -> new LinkedHashSet<>(Set.of(List.of(value)))),
				new Place("[0]", new TypeReference<Collection<?>>() {
				}, List::of), new Place("[0]", new TypeReference<Iterable<Object>>() {
				}, List::of), new Place("[0]", new TypeReference<List>() {
				}, List::of), new Place("[0]", new TypeReference<Object[]>() {
				}, (value) -> new Object[] { value }), new Place("$", new TypeReference<Optional<Object>>() {
				}, Optional::of), new Place("$", new TypeReference<AtomicReference<Object>>() {
				}, AtomicReference::new), new Place("[0].a", new TypeReference<List<Map.Entry<String, Object>>>() {
				}, (value) -> List.of(Map.entry("a", value))), new Place("it", new TypeReference<Box<?>>() {
				}, Box::new), new Place("it", new TypeReference<Box>() {
				}, Box::new), new Place("it.a[0]", new TypeReference<Box<Map<String, List<Object>>>>() {
				}, (value) -> new Box<>(Map.of("a", List.of(value)))), new Place("a", new TypeReference<Open>() {
				}, Open::new), new Place("any", new TypeReference<Unwrapped>() {
				}, Unwrapped::new), new Place("a", new TypeReference<Wrapper>() {
				}, (value) -> new Wrapper(Map.of("a", value))),
				new Place("a[1].b", new TypeReference<Map<String, Object>>() {
				}, (value) -> Map.of("a", List.of(1, Map.of("b", value)))),
				new Place("anything.any", new TypeReference<Ignoring>() {
				}, Ignoring::new), new Place("shape.label", new TypeReference<Named>() {
				}, Named::new));
	}

	static Stream<Arguments> placesAndOtherClasses() {
		Map<Object, String> values = new LinkedHashMap<>(otherNumberTexts());
		values.put(Instant.EPOCH, "java.time.Instant is loaded as java.lang.String");
		values.put(new Date(0), "java.util.Date is loaded as java.lang.String");
		values.put(Duration.ofSeconds(1), "java.time.Duration is loaded as java.lang.String");
		values.put(new UUID(1, 2), "java.util.UUID is loaded as java.lang.String");
		values.put('c', "java.lang.Character is loaded as java.lang.String");
		values.put(TimeUnit.DAYS, "java.util.concurrent.TimeUnit is loaded as java.lang.String");
		values.put(Bodied.ONE, Bodied.class.getTypeName() + " is loaded as java.lang.String");
		values.put(new byte[] { 1 }, "byte[] is loaded as java.lang.String");
		values.put(new int[] { 1 }, "int[] is loaded as java.util.ArrayList");
		values.put(new Object[] { 1 }, "java.lang.Object[] is loaded as java.util.ArrayList");
		values.put(new Point(1, 2), Point.class.getTypeName() + " is loaded as java.util.LinkedHashMap");
		values.put(new HashSet<>(Set.of("a")), "java.util.HashSet is loaded as java.util.ArrayList");
		values.put(new ArrayDeque<>(List.of("a")), "java.util.ArrayDeque is loaded as java.util.ArrayList");
		values.put(Optional.of("a"), "java.util.Optional is loaded as java.lang.String");
		values.put(JsonNodeFactory.instance.objectNode(),
				"tools.jackson.databind.node.ObjectNode is loaded as java.util.LinkedHashMap");
		return places().stream()
			.flatMap((place) -> values.entrySet()
				.stream()
				.map((value) -> Arguments.of(place.path(), place, value.getValue(), value.getKey())));
	}

	static Stream<Arguments> placesAndSameClasses() {
		List<Object> values = List.of("a", "2024-01-02T03:04:05Z", 5, 5_000_000_000L, 0.5, 5.0, true,
				BigInteger.TEN.pow(30), List.of(), List.of(1, "a"), new LinkedList<>(List.of(1)), Map.of(),
				Map.of("a", List.of(1)), new TreeMap<>(Map.of("b", 0.5)), new HashMap<>(Map.of("b", 0.5)).values());
		return places().stream()
			.flatMap((place) -> values.stream().map((value) -> Arguments.of(place.path(), place, "", value)));
	}

	private static Map<Object, String> otherNumberTexts() {
		Map<Object, String> values = new LinkedHashMap<>();
		values.put(5L, "java.lang.Long is loaded as java.lang.Integer");
		values.put((short) 5, "java.lang.Short is loaded as java.lang.Integer");
		values.put((byte) 5, "java.lang.Byte is loaded as java.lang.Integer");
		values.put(BigInteger.TEN, "java.math.BigInteger is loaded as java.lang.Integer");
		values.put(new AtomicInteger(5), "java.util.concurrent.atomic.AtomicInteger is loaded as java.lang.Integer");
		values.put(new BigDecimal("0.25"), "java.math.BigDecimal is loaded as java.lang.Double");
		values.put(0.5f, "java.lang.Float is loaded as java.lang.Double");
		values.put(Double.NaN, "java.lang.Double is loaded as java.lang.String");
		return values;
	}

	static Stream<Arguments> otherNumbers() {
		return otherNumberTexts().entrySet()
			.stream()
			.filter((value) -> !value.getKey().equals(Double.NaN))
			.map((value) -> Arguments.of(value.getValue(), value.getKey()));
	}

	static Stream<Arguments> typed() {
		TypedState state = new TypedState();
		return Stream.of(Arguments.of(new TypeReference<TypedState>() {
		}, state), Arguments.of(new TypeReference<Map<String, TypedState>>() {
		}, Map.of("a", state)), Arguments.of(new TypeReference<Box<Collection<Instant>>>() {
		}, new Box<>(Set.of(Instant.EPOCH))), Arguments.of(new TypeReference<Box<Long>>() {
		}, new Box<>(5L)), Arguments.of(new TypeReference<Map<String, Instant>>() {
		}, Map.of("a", Instant.EPOCH)), Arguments.of(new TypeReference<Map<Long, byte[]>>() {
		}, Map.of(5L, new byte[] { 1 })), Arguments.of(new TypeReference<Set<Float>>() {
		}, Set.of(0.5f)), Arguments.of(new TypeReference<List<Shape>>() {
		}, List.of(new Circle(1, "a"), new Square(2))), Arguments.of(new TypeReference<JsonNode>() {
		}, JsonNodeFactory.instance.objectNode().put("a", 5L)), Arguments.of(new TypeReference<Polymorphic>() {
		}, new Polymorphic(Instant.EPOCH, new Point(1, 2), new ArrayList<>(List.of(new Circle(1, "a"), 5L)))),
				Arguments.of(new TypeReference<PolymorphicByName>() {
				}, new PolymorphicByName(List.of(Instant.EPOCH, new Point(1, 2)))),
				Arguments.of(new TypeReference<CharSequence>() {
				}, "a"));
	}

	/**
	 * Where a value may be.
	 *
	 * @param path its path as it is named
	 * @param type type of the state
	 * @param state makes a state that has the value there
	 */
	record Place(String path, TypeReference<?> type, Function<Object, Object> state) {

		@Override
		public String toString() {
			return this.type.getType().getTypeName();
		}

	}

	record Point(int x, int y) {
	}

	record Box<T>(T it) {
	}

	record Wrapper(@JsonValue Map<String, Object> values) {

		@JsonCreator
		Wrapper {
		}

	}

	record Unwrapped(@JsonUnwrapped Anything anything) {

		Unwrapped(Object value) {
			this(new Anything(value));
		}

		@JsonCreator
		Unwrapped {
		}

	}

	enum Bodied {

		ONE {
		}

	}

	static class Numbers<T extends Number> {

		public @Nullable T number;

		Numbers() {
		}

		Numbers(T number) {
			this.number = number;
		}

	}

	static class Anything {

		public @Nullable Object any;

		public @Nullable Serializable other;

		Anything() {
		}

		Anything(Object any) {
			this.any = any;
		}

	}

	static class Open {

		private final Map<String, Object> values = new HashMap<>();

		Open() {
		}

		Open(Object value) {
			put("a", value);
		}

		@JsonAnySetter
		void put(String name, Object value) {
			this.values.put(name, value);
		}

		@JsonAnyGetter
		public Map<String, Object> values() {
			return this.values;
		}

	}

	/** Of what it ignores, any class may come back. */
	static class Ignoring {

		@JsonIgnoreProperties("other")
		public Anything anything = new Anything();

		Ignoring() {
		}

		Ignoring(Object value) {
			this.anything.any = value;
			this.anything.other = Optional.class;
		}

	}

	/** Each one that is read has another id. */
	static class Changing {

		private final UUID id = UUID.randomUUID();

		public @Nullable Object any;

		/** Of another class each time. */
		public Object getTick() {
			return (System.nanoTime() % 2 == 0) ? 1 : 1L;
		}

		public UUID getId() {
			return this.id;
		}

	}

	static class Named {

		public @Nullable Shape shape;

		Named() {
		}

		Named(Object label) {
			this.shape = new Circle(1, label);
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes({ @JsonSubTypes.Type(Circle.class), @JsonSubTypes.Type(Square.class) })
	interface Shape {

	}

	record Circle(int radius, Object label) implements Shape {
	}

	record Square(int side) implements Shape {
	}

	record PolymorphicByName(@JsonTypeInfo(use = JsonTypeInfo.Id.NAME) @JsonSubTypes( {
			@JsonSubTypes.Type(Point.class), @JsonSubTypes.Type(Instant.class) }) List<Object> list){
	}

	record Polymorphic(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object one,
			@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS, include = JsonTypeInfo.As.WRAPPER_OBJECT) Object other,
			@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) List<Object> list) {
	}

	@JsonIdentityInfo(generator = ObjectIdGenerators.IntSequenceGenerator.class)
	static class Node {

		public List<Node> next = new ArrayList<>();

		public @Nullable Object any;

	}

	static class TypedState {

		public Instant instant = Instant.EPOCH;

		public Long number = 5L;

		public float real = 0.5f;

		public double nan = Double.NaN;

		public BigDecimal decimal = new BigDecimal("0.25");

		public byte[] bytes = { 1 };

		public Set<Long> set = Set.of(5L);

		public Collection<Long> collection = Set.of(5L);

		public Iterable<Duration> iterable = new ArrayDeque<>(List.of(Duration.ZERO));

		public Optional<Long> optional = Optional.of(5L);

		public Optional<Long> empty = Optional.empty();

		public TimeUnit unit = TimeUnit.DAYS;

		public Map<TimeUnit, Point> map = Map.of(TimeUnit.DAYS, new Point(1, 2));

		public JsonNode node = JsonNodeFactory.instance.arrayNode().add(5L).add(0.5f);

		public Box<Point> box = new Box<>(new Point(1, 2));

		public Point[] points = { new Point(1, 2) };

		public CharSequence text = new StringBuilder("a");

	}

}

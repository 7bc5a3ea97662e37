/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.conversion;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class StorableTypeTests {

	private final JsonMapper mapper = JsonMapper.builder().build();

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			Hidden             | the field "count" of                    | is not stored
			InheritsHidden     | the field "count" of                    | is not stored
			HoldsHidden        | (at list[])                             | is not stored
			InterfaceField     | Plain (at plain)                        | is an interface
			InterfaceInList    | Plain (at plains[])                     | is an interface
			InterfaceInMap     | Plain (at plains[])                     | is an interface
			InterfaceInOptional| Plain (at plain)                        | is an interface
			AbstractField      | Partial (at partial)                    | is abstract
			NoCreator          | NoCreator                               | neither a constructor without parameters
			HoldsNoCreator     | NoCreator (at it)                       | neither a constructor without parameters
			Inner              | Inner                                   |
			FinalList          | "items" of                              | must not be final
			PublicFinalMap     | "items" of                              | must not be final
			NoSubtypes         | NoSubtypes                              | has no known subtype
			Subtypes           | HiddenShape                             | is not stored
			OddKey             | Map                                     | cannot be read
			""")
	void refuses(String type, String where, @Nullable String why) throws ClassNotFoundException {
		assertThat(problem(type)).contains(where).contains((why != null) ? why : "");
	}

	@ParameterizedTest
	@ValueSource(strings = { "Fields", "Getters", "Point", "Wide", "Recursive", "Ignoring", "Backed", "Creator",
			"Derived", "Text", "Any", "Visible", "Shape", "ShapeByClass", "Own", "Untyped", "Named", "Sealed" })
	void accepts(String type) throws ClassNotFoundException {
		assertThat(problem(type)).isNull();
	}

	@Test
	void acceptsWhatTheJdkHas() {
		for (TypeReference<?> type : List.of(new TypeReference<Map<String, List<Integer>>>() {
		}, new TypeReference<Set<Instant>>() {
		}, new TypeReference<EnumMap<TimeUnit, BigDecimal>>() {
		}, new TypeReference<Optional<String>>() {
		}, new TypeReference<int[][]>() {
		}, new TypeReference<ConcurrentHashMap<String, AtomicInteger>>() {
		}, new TypeReference<Object>() {
		}, new TypeReference<JsonNode>() {
		}, new TypeReference<Collection<byte[]>>() {
		})) {
			assertThat(StorableType.problem(this.mapper.constructType(type), this.mapper)).isNull();
		}
	}

	@Test
	void refusesADerivedPropertyThatReadingRefuses() {
		JsonMapper strict = this.mapper.rebuild().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
		assertThat(StorableType.problem(strict.constructType(Derived.class), strict)).contains("\"total\" of",
				"stored but not read back");
	}

	/** Each that is refused does lose something, each that is accepted nothing. */
	@Test
	void whatIsAcceptedIsReadBack() {
		for (Object value : List.of(new Fields(), new Getters(), new Point(1, 2), new Backed(Map.of("a", 1)),
				new Creator(3), new Derived(), new Text("x"), new Visible(4), new Circle(1))) {
			byte[] written = this.mapper.writeValueAsBytes(value);
			Object read = this.mapper.readValue(written, value.getClass());
			assertThat(this.mapper.writeValueAsBytes(read)).as(value.getClass().getSimpleName()).isEqualTo(written);
		}
	}

	private @Nullable String problem(String type) throws ClassNotFoundException {
		Class<?> found = Class.forName(StorableTypeTests.class.getName() + "$" + type);
		return StorableType.problem(this.mapper.constructType(found), this.mapper);
	}

	// Refused

	static class Hidden {

		public int seen;

		private int count;

		void add() {
			this.count++;
		}

	}

	static class InheritsHidden extends Hidden {

		public int more;

	}

	record HoldsHidden(List<Hidden> list) {
	}

	interface Plain {

	}

	static class InterfaceField {

		public @Nullable Plain plain;

	}

	static class InterfaceInList {

		public List<Plain> plains = new ArrayList<>();

	}

	record InterfaceInMap(Map<String, Plain> plains) {
	}

	record InterfaceInOptional(Optional<Plain> plain) {
	}

	abstract static class Partial {

	}

	record AbstractField(Partial partial) {
	}

	static class NoCreator {

		public final int a;

		NoCreator(int a) {
			this.a = a;
		}

	}

	record HoldsNoCreator(NoCreator it) {
	}

	class Inner {

		public int a;

	}

	static class FinalList {

		private final List<String> items = new ArrayList<>();

		public List<String> getItems() {
			return this.items;
		}

	}

	static class PublicFinalMap {

		public final Map<String, String> items = new HashMap<>();

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	interface NoSubtypes {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	@JsonSubTypes(@JsonSubTypes.Type(HiddenShape.class))
	interface Subtypes {

	}

	static class HiddenShape implements Subtypes {

		private int a;

		void grow() {
			this.a++;
		}

	}

	record OddKey(Map<List<String>, String> map) {
	}

	// Accepted

	static class Fields {

		public int a = 1;

		public List<String> list = new ArrayList<>(List.of("x"));

		transient int counted;

		static int all;

	}

	static class Getters {

		private int a = 1;

		private boolean on = true;

		public int getA() {
			return this.a;
		}

		public boolean isOn() {
			return this.on;
		}

	}

	record Point(int x, int y) {

		double length() {
			return Math.hypot(this.x, this.y);
		}

	}

	record Wide(byte[] bytes, Instant at, Optional<Point> point, TimeUnit unit, Map<TimeUnit, Point[]> map,
			HashSet<Long> set) {
	}

	record Recursive(String name, List<Recursive> children) {
	}

	static class Ignoring {

		public int a;

		@JsonIgnore
		private final Object lock = new Object();

		boolean isLocked() {
			return Thread.holdsLock(this.lock);
		}

	}

	/** Its field has another name than the property that stores it. */
	static class Backed {

		private final Map<String, Integer> byName;

		@JsonCreator
		Backed(@JsonProperty("entries") Map<String, Integer> entries) {
			this.byName = entries;
		}

		public Map<String, Integer> getEntries() {
			return this.byName;
		}

	}

	static class Creator {

		private final int a;

		private final int twice;

		@JsonCreator
		Creator(@JsonProperty("a") int a) {
			this.a = a;
			this.twice = 2 * a;
		}

		public int getA() {
			return this.a;
		}

		public int getTwice() {
			return this.twice;
		}

	}

	static class Derived {

		public int a = 1;

		public int b = 2;

		public int getTotal() {
			return this.a + this.b;
		}

	}

	static class Text {

		private final String text;

		@JsonCreator
		Text(String text) {
			this.text = text;
		}

		@JsonValue
		String text() {
			return this.text;
		}

	}

	static class Any {

		private final Map<String, Object> all = new HashMap<>();

		@JsonAnyGetter
		public Map<String, Object> getAll() {
			return this.all;
		}

		@JsonAnySetter
		void set(String name, Object value) {
			this.all.put(name, value);
		}

	}

	@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
	static class Visible {

		private int a;

		Visible() {
			this(0);
		}

		Visible(int a) {
			this.a = a;
		}

		int twice() {
			return 2 * this.a;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes({ @JsonSubTypes.Type(Circle.class) })
	interface Shape {

	}

	record Circle(int r) implements Shape {
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	interface ShapeByClass {

	}

	static class Own {

		@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
		public @Nullable Plain plain;

		@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
		public List<Plain> plains = new ArrayList<>();

	}

	static class Untyped {

		public @Nullable Object any;

		public Map<String, Object> all = new HashMap<>();

	}

	static class Named {

		@JsonProperty("n")
		private int name;

		int name() {
			return this.name;
		}

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	sealed interface Sealed permits One {

	}

	record One(int a) implements Sealed {
	}

}

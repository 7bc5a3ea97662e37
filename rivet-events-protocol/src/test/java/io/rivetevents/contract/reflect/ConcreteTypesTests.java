/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.type.TypeFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Type variables, resolved by the class or interface that declares their types.
 */
class ConcreteTypesTests {

	private static final String ITEM = "io.rivetevents.contract.reflect.ConcreteTypesTests$Item";

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			plain       | ITEM
			array       | ITEM[]
			list        | java.util.List<ITEM>
			lists       | java.util.List<ITEM>[]
			map         | java.util.Map<java.lang.String, java.util.List<ITEM>>
			mixed       | java.util.Map<ITEM, ? extends java.lang.Number>
			some        | java.util.List<ITEM>
			any         | java.util.List<ITEM>
			nested      | java.util.List<java.util.List<ITEM>>
			two         | java.util.Map<ITEM, java.lang.Long>
			own         | java.lang.Number
			hidden      | java.lang.Number
			open        | java.lang.Object
			comparable  | java.lang.Comparable<java.lang.Comparable>
			fixed       | java.util.List<? extends java.lang.Number>
			returned    | java.util.List<ITEM>
			""")
	void resolvesWhatTheInterfaceSays(String method, String expected) {
		assertThat(parameter(Concrete.class, method).getTypeName()).isEqualTo(expected.replace("ITEM", ITEM));
		assertThat(parameter(Subclass.class, method).getTypeName()).isEqualTo(expected.replace("ITEM", ITEM));
	}

	@Test
	void takesTheBoundOfWhatIsLeftOpen() {
		assertThat(parameter(Base.class, "plain")).isEqualTo(Bound.class);
		assertThat(parameter(Base.class, "list").getTypeName())
			.isEqualTo("java.util.List<%s>".formatted(Bound.class.getName()));
		assertThat(parameter(Raw.class, "plain")).isEqualTo(Bound.class);
	}

	@Test
	void isTheSameAsATypeThatWasWrittenSo() throws Exception {
		Type written = ConcreteTypesTests.class.getDeclaredMethod("written", List.class).getGenericParameterTypes()[0];
		Type list = parameter(Concrete.class, "list");
		assertThat(list).isEqualTo(written).hasSameHashCodeAs(written);
		assertThat(written).isEqualTo(list);
		assertThat(TypeFactory.createDefaultInstance().constructType(list).toCanonical())
			.isEqualTo("java.util.List<%s>".formatted(ITEM));
		assertThat(TypeFactory.createDefaultInstance()
			.constructType(parameter(Concrete.class, "lists"))
			.getContentType()
			.toCanonical()).isEqualTo("java.util.List<%s>".formatted(ITEM));
	}

	private static Type parameter(Class<?> containing, String name) {
		Method method = Stream.of(containing.getMethods())
			.filter((each) -> each.getName().equals(name))
			.findFirst()
			.orElseThrow();
		Type type = (method.getParameterCount() > 0) ? method.getGenericParameterTypes()[0]
				: method.getGenericReturnType();
		return ConcreteTypes.of(type, containing);
	}

	@SuppressWarnings("unused")
	private static void written(List<Item> items) {
	}

	interface Bound {

	}

	record Item(String name) implements Bound {
	}

	interface Root<A, B> {

		void two(Map<A, B> value);

		void nested(List<List<A>> value);

	}

	interface Base<T extends Bound> extends Root<T, Long> {

		void plain(T value);

		void array(T[] value);

		void list(List<T> value);

		void lists(List<T>[] value);

		void map(Map<String, List<T>> value);

		void mixed(Map<T, ? extends Number> value);

		void some(List<? extends T> value);

		void any(List<? super T> value);

		<N extends Number> void own(N value);

		/** Hides the one of the interface. */
		<T extends Number> void hidden(T value);

		<N> void open(N value);

		<C extends Comparable<C>> void comparable(C value);

		void fixed(List<? extends Number> value);

		List<T> returned();

	}

	interface Concrete extends Base<Item> {

	}

	@SuppressWarnings("rawtypes")
	interface Raw extends Base {

	}

	abstract static class Middle<M extends Bound> implements Base<M> {

	}

	abstract static class Subclass extends Middle<Item> {

	}

}

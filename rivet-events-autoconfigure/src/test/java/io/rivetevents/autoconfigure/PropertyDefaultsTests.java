/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each group without properties has the defaults that its annotations declare.
 */
class PropertyDefaultsTests {

	private static final Binder EMPTY = new Binder(new MapConfigurationPropertySource(Map.of()));

	@ParameterizedTest
	@MethodSource("groups")
	void haveTheDeclaredValues(Record group) {
		assertThat(EMPTY.bindOrCreate("group", group.getClass())).isEqualTo(group);
	}

	static Stream<Record> groups() {
		return Stream.of(PropertyDefaults.class.getDeclaredMethods())
			.filter((method) -> Record.class.isAssignableFrom(method.getReturnType()))
			.map((method) -> {
				try {
					return (Record) method.invoke(null);
				}
				catch (ReflectiveOperationException ex) {
					throw new IllegalStateException(ex);
				}
			});
	}

	@ParameterizedTest
	@MethodSource("groups")
	void areAllUsed(Record group) {
		RivetEventsProperties unset = EMPTY.bindOrCreate("rivet.events", RivetEventsProperties.class);
		assertThat(Stream.of(unset, unset.state(), unset.limits()).flatMap(PropertyDefaultsTests::values))
			.contains(group);
	}

	private static Stream<Object> values(Record values) {
		return Stream.of(values.getClass().getRecordComponents()).map((component) -> {
			try {
				return component.getAccessor().invoke(values);
			}
			catch (ReflectiveOperationException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

}

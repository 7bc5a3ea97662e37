/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * No text of a client makes the server load a class, look up a name, or work for much
 * longer than its length.
 */
class CostlyTextTests {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final ValueMapper mapper = new ValueMapper(JsonMapper.builder().build());

	record Fields(Class<?> type, Pattern pattern, InetAddress address) {
	}

	static class ClassKeys {

		public Map<Class<?>, String> values = Map.of();

	}

	/** Tells when it is initialized. */
	static class Trap {

		static {
			System.setProperty("trapped", "yes");
		}

	}

	static Stream<Arguments> refused() {
		return Stream
			.of(Arguments.of(Class.class, List.of("java.lang.String", Trap.class.getName(), "none", "")),
					Arguments.of(Pattern.class, List.of("ab".repeat(501), "a".repeat(64_000))),
					Arguments.of(InetAddress.class,
							List.of("example.com", "localhost", "256.1.1.1", "1.2.3", "1", "abc:80", "a:b", "", ":")))
			.flatMap((each) -> ((List<?>) each.get()[1]).stream().map((text) -> Arguments.of(each.get()[0], text)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("refused")
	void isRefused(Class<?> type, String text) {
		assertRefused(type, NODES.stringNode(text));
		String field = Map
			.<Class<?>, String>of(Class.class, "type", Pattern.class, "pattern", InetAddress.class, "address")
			.getOrDefault(type, "");
		assertRefused(Fields.class, NODES.objectNode().put(field, text));
		assertThat(System.getProperty("trapped")).isNull();
	}

	@Test
	void isRefusedAsAKey() {
		assertRefused(ClassKeys.class,
				NODES.objectNode().set("values", NODES.objectNode().put(Trap.class.getName(), "x")));
		assertThat(System.getProperty("trapped")).isNull();
	}

	private void assertRefused(Class<?> type, JsonNode value) {
		assertThatExceptionOfType(RivetException.class).as("%s from %.40s", type, value)
			.isThrownBy(() -> this.mapper.convert(value, type))
			.satisfies((ex) -> assertThat(ex.code()).isEqualTo("validation_error"));
	}

	@Test
	void whatCostsNothingIsRead() throws Exception {
		assertThat(this.mapper.convert(NODES.stringNode("(a+)+$"), Pattern.class)).asString().isEqualTo("(a+)+$");
		assertThat(this.mapper.convert(NODES.stringNode("a".repeat(1000)), Pattern.class)).isNotNull();
		for (String text : List.of("192.0.2.1", "0.0.0.0", "255.255.255.255")) {
			assertThat(this.mapper.convert(NODES.stringNode(text), InetAddress.class))
				.isEqualTo(InetAddress.getByName(text));
		}
		for (String text : List.of("2001:db8::1", "::1", "::", "::ffff:192.0.2.1")) {
			assertThat(this.mapper.convert(NODES.stringNode(text), InetAddress.class))
				.isEqualTo(InetAddress.getByName(text));
		}
	}

	/** If Jackson looked one up, it would belong to the addresses above. */
	@Test
	void aNameOfASocketAddressIsNotLookedUp() {
		InetSocketAddress address = this.mapper.convert(NODES.stringNode("localhost:80"), InetSocketAddress.class);
		assertThat(Objects.requireNonNull(address).isUnresolved()).isTrue();
	}

}

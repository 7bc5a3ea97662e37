/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Parameter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.FileSystemResource;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.autoconfigure.cluster.RivetEventsClusterProperties;
import io.rivetevents.autoconfigure.observation.RivetEventsMdcProperties;
import io.rivetevents.autoconfigure.observation.RivetEventsTracingProperties;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor shows of the properties: the metadata that the build generates.
 */
class ConfigurationMetadataTests {

	private static final Path SOURCES = Path.of("src/main/java");

	private static final Pattern NAME = Pattern.compile("\"(rivet\\.events\\.[a-z0-9.-]*[a-z0-9])\"");

	private static final Pattern INDICATOR = Pattern.compile("@ConditionalOnEnabledHealthIndicator\\(\"(.+?)\"\\)");

	private static JsonNode metadata;

	private static Map<String, JsonNode> properties;

	@BeforeAll
	static void read() throws IOException {
		metadata = JsonMapper.shared()
			.readTree(new FileSystemResource("target/classes/META-INF/spring-configuration-metadata.json")
				.getContentAsByteArray());
		properties = named("properties");
	}

	private static Map<String, JsonNode> named(String part) {
		return metadata.path(part)
			.valueStream()
			.collect(Collectors.toMap((item) -> item.path("name").stringValue(), Function.identity(),
					(one, other) -> one, TreeMap::new));
	}

	@Test
	void eachPropertyHasATypeAndADescription() {
		assertThat(properties).hasSizeGreaterThan(80).allSatisfy((name, property) -> {
			assertThat(property.path("type").asString()).matches("[\\w.$]+(<[\\w.]+>)?");
			assertThat(property.path("description").asString()).matches("(?s)[A-Z].*\\.");
		});
	}

	@Test
	void eachPropertyHasTheDefaultOfItsParameter() {
		check("rivet.events", RivetEventsProperties.class);
		check("rivet.events.cluster", RivetEventsClusterProperties.class);
		check("rivet.events.mdc", RivetEventsMdcProperties.class);
		check("rivet.events.tracing", RivetEventsTracingProperties.class);
	}

	/** The annotation is on the parameter of the constructor, not on the component. */
	private static void check(String prefix, Class<?> type) {
		for (Parameter parameter : type.getDeclaredConstructors()[0].getParameters()) {
			String name = prefix + "." + DataObjectPropertyName.toDashedForm(parameter.getName());
			if (parameter.getType().isRecord()) {
				check(name, parameter.getType());
			}
			else {
				DefaultValue declared = parameter.getAnnotation(DefaultValue.class);
				String expected = (declared != null) ? String.join(",", declared.value()) : "";
				assertThat(properties).containsKey(name);
				assertThat(properties.get(name).path("defaultValue").asString("")).as(name).isEqualTo(expected);
			}
		}
	}

	@Test
	void eachHintBelongsToAProperty() {
		assertThat(named("hints")).hasSizeGreaterThan(5).allSatisfy((name, hint) -> {
			assertThat(properties).containsKey(name);
			assertThat(hint.path("values").valueStream())
				.allSatisfy((value) -> assertThat(value.path("description").asString()).matches("[A-Z].*\\."));
		});
	}

	@Test
	void eachEnumHasAHintForEachConstant() {
		Map<String, JsonNode> hints = named("hints");
		Set<String> enums = new TreeSet<>();
		properties.forEach((name, property) -> {
			Class<?> type = ClassUtils.resolveClassName(property.path("type").asString().replaceAll("<.*", ""), null);
			if (type.isEnum()) {
				enums.add(name);
				List<String> constants = Stream.of(type.getEnumConstants())
					.map((constant) -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
					.toList();
				assertThat(hints).containsKey(name);
				assertThat(
						hints.get(name).path("values").valueStream().map((value) -> value.path("value").stringValue()))
					.containsExactlyElementsOf(constants);
			}
		});
		assertThat(enums).contains("rivet.events.state.store", "rivet.events.backplane");
	}

	@Test
	void eachNameInTheCodeIsAPropertyOrAGroup() throws IOException {
		Set<String> known = new TreeSet<>(properties.keySet());
		known.addAll(named("groups").keySet());
		assertThat(found(NAME)).hasSizeGreaterThan(10).isSubsetOf(known);
	}

	@Test
	void eachHealthIndicatorHasAProperty() throws IOException {
		assertThat(found(INDICATOR)).isNotEmpty()
			.allSatisfy((name) -> assertThat(properties).containsKey("management.health.%s.enabled".formatted(name)));
	}

	private static Set<String> found(Pattern pattern) throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			Set<String> found = new TreeSet<>();
			for (Path file : files.filter((path) -> path.toString().endsWith(".java")).toList()) {
				found.addAll(pattern.matcher(Files.readString(file))
					.results()
					.map((MatchResult result) -> result.group(1))
					.toList());
			}
			return found;
		}
	}

}

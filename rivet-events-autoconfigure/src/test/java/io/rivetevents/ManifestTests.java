/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.Documents.Block;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks the manifests for Kubernetes in the documents: what they set exists, and what
 * they refer to is there.
 */
class ManifestTests {

	private static final String CLUSTER = "rivet.events.cluster.";

	/** Variables that are not properties of Spring. */
	private static final Set<String> OF_THE_JVM = Set.of("JAVA_TOOL_OPTIONS");

	private static final Map<String, String> PROPERTIES = properties();

	/** Returns the blocks with deployments. */
	static List<Block> manifests() {
		return Documents.all()
			.stream()
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().equals("yaml") && block.code().contains("kind: Deployment"))
			.toList();
	}

	private static List<JsonNode> objects(Block block) {
		JsonMapper mapper = new JsonMapper();
		return StreamSupport.stream(new Yaml().loadAll(block.code()).spliterator(), false)
			.map((each) -> (JsonNode) mapper.valueToTree(each))
			.toList();
	}

	private static Stream<JsonNode> ofKind(Block block, String kind) {
		return objects(block).stream().filter((each) -> kind.equals(each.path("kind").asString("")));
	}

	private static JsonNode container(JsonNode deployment) {
		return deployment.at("/spec/template/spec/containers/0");
	}

	@Test
	void areThere() {
		assertThat(manifests()).extracting((block) -> block.document().name())
			.contains("operations.md", "discovery.md");
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void setPropertiesThatExist(Block block) {
		assertThat(ofKind(block, "Deployment").flatMap((each) -> container(each).path("env").valueStream())
			.map((variable) -> variable.path("name").stringValue())).isNotEmpty()
			.allMatch((name) -> OF_THE_JVM.contains(name) || PROPERTIES.containsKey(name));
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void haveLabelsThatAreSelected(Block block) {
		JsonNode labels = ofKind(block, "Deployment").findFirst().orElseThrow().at("/spec/template/metadata/labels");
		Stream<JsonNode> selectors = objects(block).stream()
			.flatMap((each) -> Stream
				.of("/spec/selector/matchLabels", "/spec/podSelector/matchLabels",
						"/spec/ingress/1/from/0/podSelector/matchLabels")
				.map(each::at)
				.filter((selector) -> !selector.isMissingNode()));
		Stream<JsonNode> ofServices = ofKind(block, "Service").map((each) -> each.at("/spec/selector"));
		assertThat(Stream.concat(selectors, ofServices)).isNotEmpty().allMatch(labels::equals);
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void nameTheServiceAndThePortsOfTheNodes(Block block) {
		for (JsonNode deployment : ofKind(block, "Deployment").toList()) {
			Set<String> open = new HashSet<>();
			container(deployment).path("ports").forEach((port) -> open.add(port.path("containerPort").asString()));
			container(deployment).path("env")
				.valueStream()
				.filter((each) -> (CLUSTER + "nodes").equals(PROPERTIES.get(each.path("name").stringValue())))
				.forEach((nodes) -> {
					JsonNode service = ofKind(block, "Service").findFirst().orElseThrow();
					assertThat(service.at("/metadata/name")).isEqualTo(nodes.path("value"));
					assertThat(service.at("/spec/clusterIP").stringValue()).isEqualTo("None");
					assertThat(service.at("/spec/ports").valueStream().map((port) -> port.path("port").asString()))
						.containsExactly("7800", "7900")
						.allMatch(open::contains);
				});
		}
	}

	/** The time after {@code preStop} has room for the shutdown. */
	@ParameterizedTest
	@MethodSource("manifests")
	void leaveTimeForTheShutdown(Block block) {
		for (JsonNode deployment : ofKind(block, "Deployment").toList()) {
			int grace = deployment.at("/spec/template/spec/terminationGracePeriodSeconds").intValue();
			int before = container(deployment).at("/lifecycle/preStop/exec/command/1").asInt(0);
			String timeout = container(deployment).path("env")
				.valueStream()
				.filter((each) -> "RIVET_EVENTS_SHUTDOWN_TIMEOUT".equals(each.path("name").stringValue()))
				.map((each) -> each.path("value").stringValue().replace("s", ""))
				.findFirst()
				.orElseThrow();
			assertThat(grace).isGreaterThan(before + Integer.parseInt(timeout));
		}
	}

	/** Returns all properties, by the names of their environment variables. */
	private static Map<String, String> properties() {
		Map<String, String> properties = new HashMap<>();
		try {
			for (URL metadata : Collections.list(
					ManifestTests.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream content = metadata.openStream()) {
					for (JsonNode property : new JsonMapper().readTree(content).path("properties")) {
						String name = Objects.requireNonNull(property.path("name").stringValue());
						properties.put(name.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT), name);
					}
				}
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return properties;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.Documents.Block;
import io.rivetevents.Documents.Document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The documents are short, their links lead to existing targets, and their code blocks
 * contain valid code. {@link ExamplesTests} compiles Java; the tests of the client and of
 * the sample compile or run scripts and commands.
 */
class DocumentTests {

	private static final int README_SIZE = 8000;

	private static final int GUIDE_SIZE = 12_000;

	/** Those that are as long as what they list. */
	private static final Set<String> REFERENCES = Set.of("configuration.md", "errors.md", "protocol.md", "values.md",
			"limits.md", "fault-tests.md", "security-tests.md");

	/** {@code text} is what no test can check: output, diagrams, frames. */
	private static final Set<String> LANGUAGES = Set.of("java", "js", "ts", "tsx", "html", "sh", "yaml", "properties",
			"xml", "json", "nginx", "text");

	private static final Pattern QUESTION = Pattern.compile("^.*\\?.*\\]\\(([a-z-]+\\.md#[^)]+)\\)", Pattern.MULTILINE);

	private static final Pattern MODULE = Pattern.compile("-pl ([\\w,-]+)");

	private static final Pattern FILE = Pattern
		.compile("(?<![\\w/-])((?:\\./mvnw|\\.ci/|rivet-events-\\w+/|sample-app/)[\\w./-]*)");

	private static final Pattern TEST = Pattern.compile("-Dtest='?([\\w*,]+)");

	private static final Map<String, Boolean> PROPERTIES = properties();

	static List<Document> documents() {
		return Documents.all();
	}

	static Stream<Block> blocks() {
		return Documents.all().stream().flatMap((document) -> document.blocks().stream());
	}

	static List<Document> linked() {
		return Documents.everywhere();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void isShort(Document document) {
		int size = document.text().getBytes(StandardCharsets.UTF_8).length;
		if (document.name().equals("README.md")) {
			assertThat(size).isLessThanOrEqualTo(README_SIZE);
		}
		else if (!REFERENCES.contains(document.name())) {
			assertThat(size).isLessThan(GUIDE_SIZE);
		}
	}

	@ParameterizedTest
	@MethodSource("linked")
	void linksLeadSomewhere(Document document) throws IOException {
		List<String> broken = new ArrayList<>();
		for (String link : document.links()) {
			if (!link.matches("[a-z]+:.*") && !leadsSomewhere(document, link)) {
				broken.add(link);
			}
		}
		assertThat(broken).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void blocksAreCode(Block block) throws Exception {
		assertThat(LANGUAGES).contains(block.language());
		switch (block.language()) {
			case "json" -> assertThatNoException()
				.isThrownBy(() -> new JsonMapper().readerFor(JsonNode.class).readValues(block.code()).readAll());
			case "xml" -> parseXml(block.code());
			case "yaml" -> assertKnown(yaml(block.code()));
			case "properties" -> {
				Properties properties = new Properties();
				properties.load(new StringReader(block.code()));
				assertKnown(properties.stringPropertyNames());
			}
			case "sh" -> assertRuns(block.code());
			default -> {
			}
		}
	}

	@Test
	void questionsHaveAnswers() throws IOException {
		Document questions = Documents.all()
			.stream()
			.filter((document) -> document.name().equals("questions.md"))
			.findFirst()
			.orElseThrow();
		List<String> answers = QUESTION.matcher(questions.text()).results().map((found) -> found.group(1)).toList();
		assertThat(answers).hasSizeGreaterThanOrEqualTo(20);
		for (String answer : answers) {
			assertThat(leadsSomewhere(questions, answer)).as(answer).isTrue();
		}
	}

	private static boolean leadsSomewhere(Document document, String link) throws IOException {
		String[] parts = link.split("#", 2);
		Path target = parts[0].isEmpty() ? document.file() : document.file().resolveSibling(parts[0]);
		if (parts.length == 1 || !target.toString().endsWith(".md")) {
			return Files.exists(target);
		}
		return Files.exists(target) && new Document(target, Files.readString(target)).anchors().contains(parts[1]);
	}

	/**
	 * Checks the syntax of commands, and that the modules, files and tests in them exist.
	 * The tests of the sample run those for a client.
	 */
	private static void assertRuns(String commands) throws Exception {
		Process bash = new ProcessBuilder("bash", "-n", "-c", commands).redirectErrorStream(true).start();
		bash.getOutputStream().close();
		assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
		assertThat(found(MODULE, commands).flatMap((modules) -> Stream.of(modules.split(","))))
			.allMatch((module) -> Files.exists(Documents.ROOT.resolve(module).resolve("pom.xml")));
		assertThat(found(FILE, commands).filter((file) -> !file.contains("target/")))
			.allMatch((file) -> Files.exists(Documents.ROOT.resolve(file)));
		assertThat(found(TEST, commands).flatMap((tests) -> Stream.of(tests.split(","))))
			.allMatch(DocumentTests::isTest);
	}

	private static Stream<String> found(Pattern pattern, String commands) {
		return pattern.matcher(commands).results().map((found) -> found.group(1));
	}

	private static boolean isTest(String name) {
		Pattern file = Pattern.compile(name.replace("*", "\\w*") + "\\.java");
		try (Stream<Path> files = Files.walk(Documents.ROOT, 12)) {
			return files.anyMatch((path) -> file.matcher(path.getFileName().toString()).matches());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void parseXml(String code) throws Exception {
		DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader("<elements>%s</elements>".formatted(code))));
	}

	/** Returns the keys of the documents in it; of an object of Kubernetes none. */
	private static Set<String> yaml(String code) throws IOException {
		Set<String> keys = new TreeSet<>();
		new YamlPropertySourceLoader().load("example", new ByteArrayResource(code.getBytes(StandardCharsets.UTF_8)))
			.stream()
			.map((source) -> List.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
			.filter((names) -> !names.contains("apiVersion"))
			.forEach(keys::addAll);
		return keys;
	}

	private static void assertKnown(Set<String> keys) {
		assertThat(keys).allMatch(DocumentTests::isKnown);
	}

	/** Returns whether it is a property, an element of one, or an entry of a map. */
	private static boolean isKnown(String key) {
		String name = key.replaceAll("\\[\\d+]", "");
		if (PROPERTIES.containsKey(name)) {
			return true;
		}
		for (int end = name.lastIndexOf('.'); end > 0; end = name.lastIndexOf('.', end - 1)) {
			if (PROPERTIES.getOrDefault(name.substring(0, end), false)) {
				return true;
			}
		}
		return false;
	}

	/** Returns the properties of all modules, and whether each is a map. */
	private static Map<String, Boolean> properties() {
		Map<String, Boolean> properties = new HashMap<>();
		try {
			for (URL metadata : Collections.list(
					DocumentTests.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
				try (InputStream content = metadata.openStream()) {
					for (JsonNode property : new JsonMapper().readTree(content).path("properties")) {
						properties.put(property.path("name").stringValue(),
								property.path("type").asString("").startsWith("java.util.Map"));
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return properties;
	}

}

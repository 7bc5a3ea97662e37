/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each test that the documents about tests name exists, in any of the modules. A method
 * is written after its class, or alone after another method of that class in the same
 * cell.
 */
class TestDocumentsTests {

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static final Pattern TEST = Pattern.compile("([A-Z]\\w*Tests)(\\.\\w+)?");

	private static final Pattern CLIENT_TESTS = Pattern.compile("`([a-z][\\w-]*)`: ((?:`[^`]+`(?:, )?)+)");

	private static final Path CLIENT = Path.of("../rivet-events-client/test");

	private static final Pattern METHOD = Pattern.compile("[a-z]+[A-Z]\\w*");

	@ParameterizedTest
	@ValueSource(strings = { "security-tests.md", "fault-tests.md" })
	void nameTestsThatExist(String document) throws IOException {
		Map<String, String> sources = sources();
		Set<String> named = named(Path.of("../docs", document));
		assertThat(named).isNotEmpty();
		assertThat(named).filteredOn((name) -> !exists(name, sources)).isEmpty();
	}

	/** A file of the client's tests, and behind it the titles of some of them. */
	@ParameterizedTest
	@ValueSource(strings = { "security-tests.md", "fault-tests.md" })
	void nameTestsOfTheClientThatExist(String document) throws IOException {
		List<String> missing = new ArrayList<>();
		Matcher named = CLIENT_TESTS.matcher(Files.readString(Path.of("../docs", document)));
		while (named.find()) {
			String source = Files.readString(CLIENT.resolve(named.group(1) + ".test.ts"));
			CODE.matcher(named.group(2))
				.results()
				.map((result) -> result.group(1))
				.filter((title) -> !source.contains(title))
				.forEach(missing::add);
		}
		assertThat(missing).isEmpty();
	}

	/**
	 * Returns names such as {@code UsersTests} and {@code RequestUsageTests.isCounted}.
	 */
	private static Set<String> named(Path document) throws IOException {
		Set<String> names = new LinkedHashSet<>();
		for (String line : Files.readAllLines(document)) {
			for (String cell : line.split(" \\| ")) {
				String type = "";
				for (String code : CODE.matcher(cell).results().map((result) -> result.group(1)).toList()) {
					Matcher test = TEST.matcher(code);
					if (test.matches()) {
						type = test.group(1);
						names.add(code);
					}
					else if (!type.isEmpty() && METHOD.matcher(code).matches()) {
						names.add(type + "." + code);
					}
				}
			}
		}
		return names;
	}

	/**
	 * Returns the text of each test class by its name. The published suites are main
	 * sources.
	 */
	private static Map<String, String> sources() throws IOException {
		Map<String, String> sources = new HashMap<>();
		try (Stream<Path> modules = Files.list(Path.of(".."))) {
			for (Path folder : modules
				.flatMap((module) -> Stream.of(module.resolve("src/test/java"), module.resolve("src/main/java")))
				.filter(Files::isDirectory)
				.toList()) {
				for (Path file : filesBelow(folder)) {
					sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
				}
			}
		}
		return sources;
	}

	private static List<Path> filesBelow(Path folder) throws IOException {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter((file) -> file.toString().endsWith("Tests.java")).toList();
		}
	}

	private static boolean exists(String name, Map<String, String> sources) {
		String type = name.replaceFirst("\\..*", "");
		String source = sources.get(type);
		if (source == null || type.equals(name)) {
			return source != null;
		}
		String method = name.substring(type.length() + 1);
		return source.contains(" %s(".formatted(method)) || Pattern.compile("class %s extends (\\w+)".formatted(type))
			.matcher(source)
			.results()
			.map((superclass) -> superclass.group(1))
			.anyMatch((superclass) -> exists(superclass + "." + method, sources));
	}

}

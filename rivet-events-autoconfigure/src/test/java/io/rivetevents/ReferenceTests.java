/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The tables of properties and errors in the documents are generated from the code. A
 * test that fails has updated its table: commit the table if the change is intended.
 */
class ReferenceTests {

	private static final Path DOCUMENTS = Path.of("../docs");

	private static final Path ERROR_CODES = Path
		.of("../rivet-events-protocol/src/main/java/io/rivetevents/protocol/ErrorCode.java");

	/** The Javadoc of a constant, and its name. */
	private static final Pattern CONSTANT = Pattern.compile("/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s+([A-Z_0-9]+)\\(");

	@Test
	void theTableOfPropertiesIsCommitted() throws IOException {
		Map<String, List<JsonNode>> groups = new TreeMap<>(properties().stream()
			.collect(Collectors.groupingBy((property) -> groupOf(property.path("name").stringValue()))));
		assertThat(groups).hasSizeGreaterThan(10);
		StringBuilder tables = new StringBuilder();
		groups.forEach((group, properties) -> {
			tables.append("### %s\n\n| property | default | description |\n| --- | --- | --- |\n".formatted(group));
			for (JsonNode property : properties) {
				tables.append("| `%s` | %s | %s |\n".formatted(property.path("name").stringValue(),
						property.path("defaultValue").asString(""), property.path("description").stringValue()));
			}
			tables.append('\n');
		});
		assertWritten("configuration.md", "properties", tables.toString());
	}

	@Test
	void theTableOfErrorsIsCommitted() throws IOException {
		Map<String, String> texts = CONSTANT.matcher(Files.readString(ERROR_CODES))
			.results()
			.collect(Collectors.toMap((found) -> found.group(2), (found) -> markdown(found.group(1))));
		StringBuilder table = new StringBuilder(
				"| error | HTTP status | advice | sent when |\n| --- | --- | --- | --- |\n");
		for (ErrorCode error : ErrorCode.values()) {
			table.append("| `%s` | %d | `%s` | %s |\n".formatted(error.reason(), error.status(),
					error.advice().name().toLowerCase(Locale.ROOT), texts.get(error.name())));
		}
		assertWritten("errors.md", "errors", table.append('\n').toString());
	}

	private static List<JsonNode> properties() throws IOException {
		try (InputStream metadata = ReferenceTests.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return new JsonMapper().readTree(metadata)
				.path("properties")
				.valueStream()
				.filter((property) -> property.path("name").stringValue().startsWith("rivet."))
				.toList();
		}
	}

	private static String groupOf(String property) {
		return property.substring(0, property.lastIndexOf('.'));
	}

	private static String markdown(String javadoc) {
		String text = javadoc.replaceAll("\\s*\\n\\s*\\*\\s*", " ").strip().replaceAll("\\{@code ([^}]*)\\}", "`$1`");
		assertThat(text).startsWith("Sent when ").endsWith(".");
		return text.substring("Sent when ".length(), text.length() - 1);
	}

	private static void assertWritten(String document, String table, String actual) throws IOException {
		Path file = DOCUMENTS.resolve(document);
		String before = Files.readString(file);
		Matcher place = Pattern.compile("(<!-- %s: .*? -->\n).*?(?=<!-- end -->)".formatted(table), Pattern.DOTALL)
			.matcher(before);
		assertThat(place.find()).as("a place for the table %s in %s", table, document).isTrue();
		String after = before.substring(0, place.end(1)) + "\n" + actual + before.substring(place.end());
		Files.writeString(file, after);
		assertThat(before).as("%s was written anew: commit it if that is meant", document).isEqualTo(after);
	}

}

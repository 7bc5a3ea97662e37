/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.springframework.util.StringUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/limits.md} lists each bound with the default of its property.
 */
class LimitsDocumentTests {

	private static final Pattern ROW = Pattern.compile("^\\| `([a-z.-]+)` \\| ([^|]+) \\|", Pattern.MULTILINE);

	@Test
	void listsEachLimitWithItsDefault() throws IOException {
		Map<String, String> rows = new LinkedHashMap<>();
		ROW.matcher(Files.readString(Path.of("../docs/limits.md")))
			.results()
			.forEach((row) -> rows.put(row.group(1), row.group(2).strip()));
		assertThat(rows.keySet()).containsExactlyInAnyOrderElementsOf(
				Stream.of(Limit.values()).map(Limit::property).filter(StringUtils::hasText).distinct().toList());
		try (InputStream metadata = Limit.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			for (JsonNode property : JsonMapper.shared().readTree(metadata).path("properties")) {
				String name = property.path("name").stringValue().substring("rivet.events.".length());
				if (rows.containsKey(name) && property.has("defaultValue")) {
					assertThat(rows.get(name)).as(name).isEqualTo(property.path("defaultValue").asString());
				}
			}
		}
	}

}

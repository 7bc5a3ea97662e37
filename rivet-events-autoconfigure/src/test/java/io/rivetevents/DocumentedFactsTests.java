/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Figures and names in the documents are those of the code.
 */
class DocumentedFactsTests {

	private static final Path ROOT = Path.of("..");

	@ParameterizedTest
	@ValueSource(strings = { "README.md: about (\\d+) KB compressed",
			"rivet-events-client/README.md: ([\\d.]+) KB gzipped" })
	void stateTheSizeOfTheClient(String where) throws IOException {
		String[] place = where.split(": ", 2);
		byte[] client = Files.readAllBytes(ROOT
			.resolve("rivet-events-client/src/main/resources/META-INF/resources/rivet-events/rivet-events-client.js"));
		ByteArrayOutputStream compressed = new ByteArrayOutputStream();
		try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
			gzip.write(client);
		}
		assertThat(Double.parseDouble(find(place[0], place[1]))).isCloseTo(compressed.size() / 1024.0, within(0.5));
	}

	@Test
	void nameEachCodeThatClosesAWebSocket() throws IOException {
		String codes = find("docs/errors.md", "(?s)## Close codes\n(.*?)\n## ");
		assertThat(List.of("1000", "1002", "1003", "1007", "1009", "1011"))
			.allSatisfy((code) -> assertThat(codes).contains(code));
	}

	@Test
	void stateHowLongTheShortRunsAre() throws IOException {
		String source = "rivet-events-benchmarks/src/test/java/io/rivetevents/benchmarks/attack/SoakTests.java";
		assertThat(find("rivet-events-benchmarks/README.md", "`SoakTests` runs (\\d+) s of it"))
			.isEqualTo(find(source, "SECONDS = (\\d+);"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "AttackTests", "SoakTests" })
	void nameEachRunThatIsATest(String test) throws IOException {
		assertThat(find("README.md", "\\| `rivet-events-benchmarks` \\|(.*)")).contains(test);
		assertThat(find("rivet-events-benchmarks/README.md", "(?s)^(.*?)```")).contains(test);
	}

	@Test
	void callNoMemoryDirectThatIsOnTheHeap() throws IOException {
		assertThat(find("docs/configuration.md", "\\| `rivet.events.limits.node.receiving-size` \\|(.*)"))
			.doesNotContain("Direct memory of");
	}

	private static String find(String file, String pattern) throws IOException {
		Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(ROOT.resolve(file)));
		assertThat(matcher.find()).as("%s in %s", pattern, file).isTrue();
		return matcher.group(1);
	}

}

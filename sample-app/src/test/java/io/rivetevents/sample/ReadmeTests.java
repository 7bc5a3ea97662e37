/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The actors that the README and the first pages show are those that the tests of the
 * sample run.
 */
class ReadmeTests {

	private static final Pattern SHOWN = Pattern.compile("// tag::\\w+\n(.*?)\n// end::", Pattern.DOTALL);

	/** Bytes of the README. */
	private static final int MAX_SIZE = 8000;

	@ParameterizedTest
	@CsvSource({ "README.md, Poll", "docs/index.md, Poll", "docs/getting-started.md, Poll",
			"docs/events.md, AuctionHouse" })
	void showsCodeThatIsCompiled(String page, String example) throws IOException {
		Path source = Path.of("src/test/java/io/rivetevents/sample/readme", example + ".java");
		Matcher shown = SHOWN.matcher(Files.readString(source));
		assertThat(shown.find()).isTrue();
		assertThat(Files.readString(Path.of("..", page))).contains(shown.group(1));
	}

	@Test
	void staysShort() throws IOException {
		assertThat(Files.size(Path.of("../README.md"))).isLessThanOrEqualTo(MAX_SIZE);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of the documents that use this module compile.
 */
class TestExamplesTests {

	private static final Path DOCUMENTS = Path.of("../docs");

	private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Pattern NAME = Pattern.compile("(?m)^class (\\w+)");

	@TempDir
	private Path folder;

	@Test
	void compile() throws IOException {
		List<String> examples = examples();
		assertThat(examples).isNotEmpty();
		for (String example : examples) {
			Matcher name = NAME.matcher(example);
			assertThat(name.find()).isTrue();
			Path file = Files.writeString(this.folder.resolve(name.group(1) + ".java"), example);
			assertThat(ToolProvider.getSystemJavaCompiler()
				.run(null, null, null, "-proc:none", "-d", this.folder.toString(), "-classpath",
						System.getProperty("java.class.path"), file.toString()))
				.as(example)
				.isZero();
		}
	}

	private static List<String> examples() throws IOException {
		try (Stream<Path> documents = Files.list(DOCUMENTS)) {
			return documents.filter((file) -> file.toString().endsWith(".md"))
				.flatMap((file) -> EXAMPLE.matcher(read(file)).results())
				.map((MatchResult example) -> example.group(1))
				.filter((example) -> example.contains("import io.rivetevents.test."))
				.toList();
		}
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each Java example of the documents is a file that compiles, with its imports. Examples
 * of tests are compiled in {@code rivet-events-test}.
 */
class ExamplesTests {

	private static final Pattern NAME = Pattern.compile("\n(?:class|interface|record) (\\w+)");

	@TempDir
	private Path classes;

	static List<Example> examples() {
		return Documents.all()
			.stream()
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().equals("java") && !block.code().contains("import io.rivetevents.test."))
			.map((block) -> new Example(block.code()))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("examples")
	void compile(Example example) throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
			List<String> options = List.of("-parameters", "-proc:none", "-Xlint:all,-classfile,-processing", "-d",
					this.classes.toString(), "-classpath", System.getProperty("java.class.path"));
			compiler.getTask(null, files, diagnostics, options, null, List.of(example)).call();
		}
		assertThat(diagnostics.getDiagnostics())
			.filteredOn((diagnostic) -> diagnostic.getKind() != Diagnostic.Kind.NOTE)
			.isEmpty();
	}

	/** A file of its own, named for its first type. */
	private static final class Example extends SimpleJavaFileObject {

		private final String name;

		private final String code;

		Example(String code) {
			super(Path.of(nameOf(code) + ".java").toUri(), Kind.SOURCE);
			this.name = nameOf(code);
			this.code = code;
		}

		private static String nameOf(String code) {
			Matcher found = NAME.matcher("\n" + code);
			assertThat(found.find()).isTrue();
			return found.group(1);
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.code;
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}

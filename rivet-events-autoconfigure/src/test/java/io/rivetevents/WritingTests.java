/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import io.rivetevents.Documents.Document;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that documents, comments and texts contain none of the words in
 * {@code words-to-avoid.txt}. These words indicate sentences that describe software as if
 * it were a person.
 */
class WritingTests {

	private static final Set<String> NOT_OURS = Set.of("target", "node_modules", "dist", ".git", "cache");

	private static final Pattern INLINE = Pattern.compile("`[^`\n]*`|\\]\\([^)\\s]*\\)|<!--.*?-->", Pattern.DOTALL);

	/** Comments and texts of Java and TypeScript. */
	private static final Pattern WRITTEN = Pattern.compile(
			"//[^\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])*'|`(?:\\\\.|[^`\\\\])*`",
			Pattern.DOTALL);

	private static final Pattern CODE_IN_COMMENT = Pattern
		.compile("\\{@(?:code|link|linkplain|value|literal)[^}]*\\}|<code>.*?</code>|<pre.*?</pre>|`[^`\n]*`"
				+ "|@(?:param|throws|see)\\s+\\S+|\n\\s*\\*(?!/)", Pattern.DOTALL);

	private static final List<Rule> RULES = rules();

	static List<Document> documents() {
		return Documents.everywhere();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void documentsAvoidThem(Document document) {
		String prose = INLINE.matcher(document.prose()).replaceAll((found) -> Documents.blank(found.group()));
		assertThat(found(document.file(), prose)).isEmpty();
	}

	@Test
	void commentsAndTextsAvoidThem() throws IOException {
		List<String> found = new ArrayList<>();
		List<Path> files = sources();
		for (Path file : files) {
			found.addAll(found(file, written(Files.readString(file))));
		}
		assertThat(files).hasSizeGreaterThan(500);
		assertThat(found).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			// the client is told                    | is told
			/** Whom it goes to. */                  | goes
			fail("There is no one who knows");       | who
			int told; // {@code nobody} is a name    |
			String who = whom + "nobody";            |
			// is no longer; there is no client      |
			// a key is no key                       | is no
			""")
	void aWordIsFoundWhereItIsWritten(String source, String word) {
		List<String> found = found(Documents.ROOT.resolve("Source.java"), written(source));
		assertThat(found).hasSizeGreaterThanOrEqualTo((word != null) ? 1 : 0);
		assertThat(found.isEmpty()).isEqualTo(word == null);
		assertThat((word != null) ? String.join("\n", found) : "").contains((word != null) ? "\"" + word : "");
	}

	private static List<Path> sources() throws IOException {
		List<Path> files = new ArrayList<>();
		Files.walkFileTree(Documents.ROOT, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
				return NOT_OURS.contains(folder.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE
						: FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
				String name = file.toString();
				if (name.matches(".*\\.(java|ts|tsx|mjs)") && !name.contains("META-INF") && !name.contains("/src/test/")
						&& !name.contains("client/test/")) {
					files.add(file);
				}
				return FileVisitResult.CONTINUE;
			}

		});
		return files;
	}

	/** Returns comments and texts, with their lines where they were. */
	private static String written(String source) {
		StringBuilder written = new StringBuilder(Documents.blank(source));
		Matcher matcher = WRITTEN.matcher(source);
		while (matcher.find()) {
			String part = matcher.group();
			boolean comment = part.startsWith("//") || part.startsWith("/*");
			if (comment || part.contains(" ")) {
				String text = comment
						? CODE_IN_COMMENT.matcher(part).replaceAll((found) -> Documents.blank(found.group())) : part;
				written.replace(matcher.start(), matcher.end(), text);
			}
		}
		return written.toString();
	}

	private static List<String> found(Path file, String text) {
		List<String> found = new ArrayList<>();
		for (Rule rule : RULES) {
			Matcher matcher = rule.words().matcher(text);
			while (matcher.find()) {
				long line = text.substring(0, matcher.start()).chars().filter((c) -> c == '\n').count() + 1;
				found.add("%s:%d: \"%s\", write %s".formatted(Documents.ROOT.relativize(file), line, matcher.group(),
						rule.instead()));
			}
		}
		return found;
	}

	private static List<Rule> rules() {
		try (Stream<String> lines = Files.lines(Path.of("src/test/resources/words-to-avoid.txt"))) {
			return lines.filter((line) -> !line.startsWith("#")).map((line) -> line.split("\t")).map(Rule::of).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * What to avoid.
	 *
	 * @param words found by it
	 * @param instead what to write
	 */
	private record Rule(Pattern words, String instead) {

		static Rule of(String[] columns) {
			String words = columns[0].replace(" ", "\\s{1,40}");
			return new Rule(Pattern.compile("(?<![\\w-])(?:%s)(?![\\w-])".formatted(words), Pattern.CASE_INSENSITIVE),
					columns[1]);
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The README and the documents beside it.
 */
final class Documents {

	static final Path ROOT = Path.of("..");

	private Documents() {
	}

	/**
	 * A document.
	 *
	 * @param file where it is
	 * @param text its content
	 */
	record Document(Path file, String text) {

		private static final Pattern BLOCK = Pattern.compile("^( *)```(\\S*)[^\n]*\n(.*?)^\\1```",
				Pattern.DOTALL | Pattern.MULTILINE);

		private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+?)\\s*$", Pattern.MULTILINE);

		private static final Pattern LINK = Pattern
			.compile("(?<!\\\\)\\[(?:[^\\]\\[]|\\[[^\\]]*\\])*\\]\\(([^)\\s]+)\\)");

		/** Returns the name of the file. */
		String name() {
			return this.file.getFileName().toString();
		}

		/** Returns the blocks of code, each with its language. */
		List<Block> blocks() {
			return BLOCK.matcher(this.text)
				.results()
				.map((found) -> new Block(this, found.group(2), found.group(3)))
				.toList();
		}

		/** Returns the text without blocks of code, with its lines where they were. */
		String prose() {
			return BLOCK.matcher(this.text).replaceAll((found) -> blank(found.group()));
		}

		/** Returns the addresses of its links. */
		List<String> links() {
			return LINK.matcher(this.prose()).results().map((found) -> found.group(1)).toList();
		}

		/** Returns the anchors of its headings, as GitHub and the site make them. */
		List<String> anchors() {
			return HEADING.matcher(this.prose()).results().map((found) -> anchor(found.group(1))).toList();
		}

		private static String anchor(String heading) {
			return heading.replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
				.toLowerCase(Locale.ROOT)
				.replaceAll("[^\\p{L}\\p{N}_ -]", "")
				.replace(' ', '-');
		}

		@Override
		public String toString() {
			return name();
		}

	}

	/**
	 * A block of code.
	 *
	 * @param document in which it is
	 * @param language after the opening fence; may be empty
	 * @param code without fences
	 */
	record Block(Document document, String language, String code) {

		@Override
		public String toString() {
			return "%s of %s: %s".formatted(this.language, this.document, this.code.lines().findFirst().orElse(""));
		}

	}

	/** Returns all of them, the README first. */
	static List<Document> all() {
		List<Document> documents = new ArrayList<>(List.of(read(ROOT.resolve("README.md"))));
		documents.addAll(in(ROOT.resolve("docs")));
		return documents;
	}

	/** Returns all of them, and those for contributors and of modules. */
	static List<Document> everywhere() {
		List<Document> documents = new ArrayList<>(in(ROOT));
		documents.addAll(in(ROOT.resolve("docs")));
		documents.addAll(in(ROOT.resolve(".github")));
		try (Stream<Path> modules = Files.list(ROOT)) {
			modules.filter((module) -> Files.exists(module.resolve("pom.xml")))
				.sorted()
				.forEach((module) -> documents.addAll(in(module)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return documents;
	}

	private static List<Document> in(Path folder) {
		try (Stream<Path> files = Files.list(folder)) {
			return files.filter((file) -> file.toString().endsWith(".md")).sorted().map(Documents::read).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Returns spaces in place of all but the ends of lines. */
	static String blank(String text) {
		return text.replaceAll("[^\n]", " ");
	}

	private static Document read(Path file) {
		try {
			return new Document(file, Files.readString(file));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}

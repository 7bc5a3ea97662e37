package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The examples of the README are those that the tests compile and run.
 */
class ReadmeTests {

	private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	/** Those of a file in which there is more. */
	private static final Pattern IMPORTS = Pattern.compile("^import [^\n]*\n+", Pattern.MULTILINE);

	private static final Pattern JAVASCRIPT = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL);

	private final String readme = read(Path.of("../README.md"));

	@Test
	void showsCodeThatIsCompiled() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src"))) {
			List<String> sources = files.filter((file) -> file.toString().endsWith(".java"))
				.map(ReadmeTests::read)
				.toList();
			List<String> snippets = JAVA.matcher(this.readme)
				.results()
				.map((found) -> IMPORTS.matcher(found.group(1)).replaceAll("").strip())
				.toList();
			assertThat(snippets).hasSizeGreaterThanOrEqualTo(4)
				.allSatisfy((snippet) -> assertThat(sources).anyMatch((source) -> source.contains(snippet)));
		}
	}

	@Test
	void showsAClientThatIsInTheTests() {
		String client = read(Path.of("src/test/client/readme.mjs")).strip();
		assertThat(JAVASCRIPT.matcher(this.readme).results().map((found) -> found.group(1).strip())).contains(client);
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

}

package io.rivetevents.sample;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the README shows is what the build compiles, and what it lists is what there is.
 */
class ReadmeTests {

	private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	/** Those of a file in which there is more. */
	private static final Pattern IMPORTS = Pattern.compile("^import [^\n]*\n+", Pattern.MULTILINE);

	private static final Pattern JAVASCRIPT = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL);

	/** Its Javadoc, group, code and status. */
	private static final Pattern ERROR_CODE = Pattern
		.compile("/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s+[A-Z_0-9]+\\(\\s*\"([a-z]+)\",\\s*\"([a-z0-9_]+)\",\\s*(\\d+)");

	private static final Pattern ERROR_ROW = Pattern.compile("^\\| `[a-z]+\\.[a-z0-9_]+` \\| \\d+ \\|");

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

	@Test
	void listsEachPropertyWithItsDefault() throws IOException {
		URL metadata = ErrorCode.class.getResource("/META-INF/spring-configuration-metadata.json");
		JsonNode properties = new JsonMapper().readTree(metadata.openStream()).path("properties");
		List<String> rows = properties.valueStream()
			.filter((property) -> property.path("name").stringValue().startsWith("rivet."))
			.map((property) -> "| `%s` | %s | %s |".formatted(property.path("name").stringValue(),
					property.path("defaultValue").asString(""), property.path("description").stringValue()))
			.toList();
		assertThat(rows).hasSizeGreaterThan(20);
		assertThat(rows("| `rivet.")).containsExactlyInAnyOrderElementsOf(rows);
	}

	@Test
	void listsEachErrorCodeWithWhatItsJavadocSays() {
		String source = read(Path.of("../rivet-events-protocol/src/main/java/io/rivetevents/protocol/ErrorCode.java"));
		List<String> rows = ERROR_CODE.matcher(source)
			.results()
			.map((code) -> "| `%s.%s` | %s | %s |".formatted(code.group(2), code.group(3), code.group(4),
					markdown(code.group(1))))
			.toList();
		assertThat(rows).hasSize(ErrorCode.values().length);
		assertThat(this.readme.lines().filter((line) -> ERROR_ROW.matcher(line).find()))
			.containsExactlyInAnyOrderElementsOf(rows);
	}

	private static String markdown(String javadoc) {
		String text = javadoc.replaceAll("\\s*\\n\\s*\\*\\s*", " ").strip();
		return text.replaceAll("\\{@code ([^}]*)\\}", "`$1`").replaceFirst("^Told when ", "").replaceFirst("\\.$", "");
	}

	private List<String> rows(String start) {
		return this.readme.lines().filter((line) -> line.startsWith(start)).toList();
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

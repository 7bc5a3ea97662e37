/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks of the files around the code: workflows, the scripts that they call, and the
 * metadata that is published with the modules.
 */
class ProjectTests {

	private static final Path ROOT = Path.of("..");

	private static final Path SCRIPTS = ROOT.resolve(".ci");

	private static final String COPYRIGHT = "Copyright 2026 the rivet-events authors";

	private static final String LICENCE = "SPDX-License-Identifier: Apache-2.0";

	private static final Pattern SOURCE = Pattern.compile("\\.(java|[cm]?[jt]sx?|sh|py|c)$");

	/** Folders that a build makes; the resources of the client are among them. */
	private static final Set<String> MADE = Set.of(".git", "target", "node_modules", "dist", "cache", "META-INF");

	@TestFactory
	Stream<DynamicTest> eachJobCallsOneScript() throws IOException {
		return workflows().flatMap((workflow) -> jobs(workflow).entrySet()
			.stream()
			.map((job) -> DynamicTest.dynamicTest(workflow.getFileName() + " " + job.getKey(),
					() -> assertThat(valuesOf(steps(job.getValue()), "run")).singleElement()
						.asString()
						.matches("\\.ci/[a-z]+")
						.satisfies((script) -> assertThat(ROOT.resolve(script)).isExecutable()))));
	}

	@TestFactory
	Stream<DynamicTest> eachWorkflowIsRestricted() throws IOException {
		return workflows().map((path) -> DynamicTest.dynamicTest(path.getFileName().toString(), () -> {
			Map<Object, Object> workflow = load(path);
			assertThat(workflow).containsEntry("permissions", Map.of("contents", "read")).containsKey("concurrency");
			assertThat(jobs(path)).allSatisfy((name, job) -> {
				assertThat(job).as(name).containsKey("timeout-minutes");
				assertThat(valuesOf(steps(job), "uses")).as(name)
					.allSatisfy((action) -> assertThat(action.toString()).matches("(actions|github)/[a-z/-]+@v\\d+"));
			});
		}));
	}

	@Test
	void theBuildWorkflowHasTheVersionOfSpringBootInThePom() throws Exception {
		Map<String, Object> build = jobs(ROOT.resolve(".github/workflows/build.yml")).get("build");
		Map<?, ?> matrix = (Map<?, ?>) ((Map<?, ?>) build.get("strategy")).get("matrix");
		assertThat((List<?>) matrix.get("boot")).map(Object::toString)
			.contains(text(pom(ROOT), "properties", "spring-boot.version"));
		assertThat((List<?>) matrix.get("java")).map(Object::toString)
			.contains(text(pom(ROOT), "properties", "maven.compiler.release"));
	}

	/** A failure in a script must not be hidden by the command that follows. */
	@TestFactory
	Stream<DynamicTest> eachScriptStopsAtAFailureAndIsDocumented() throws IOException {
		String contributing = Files.readString(ROOT.resolve("CONTRIBUTING.md"));
		return list(SCRIPTS).map((script) -> DynamicTest.dynamicTest(script.getFileName().toString(), () -> {
			assertThat(Files.readString(script)).startsWith("#!/usr/bin/env bash\n").contains("\nset -euo pipefail\n");
			assertThat(script).isExecutable();
			assertThat(contributing).contains(".ci/" + script.getFileName());
		}));
	}

	@TestFactory
	Stream<DynamicTest> eachModuleHasANameAndADescription() throws IOException {
		return modules().map((module) -> DynamicTest.dynamicTest(module.getFileName().toString(), () -> {
			assertThat(text(pom(module), "name")).isEqualTo(module.getFileName().toString());
			assertThat(text(pom(module), "description")).isNotBlank();
		}));
	}

	/** The BOM has no parent, so that it manages no versions but those of the modules. */
	@Test
	void theBomRepeatsTheMetadataOfTheParent() throws Exception {
		Element parent = pom(ROOT);
		Element bom = pom(ROOT.resolve("rivet-events-bom"));
		for (String name : List.of("version", "url", "inceptionYear", "licenses", "developers", "scm",
				"issueManagement")) {
			assertThat(child(bom, name)).as(name).isNotNull();
			assertThat(normalized(bom, name)).as(name).isEqualTo(normalized(parent, name));
		}
		assertThat(text(bom, "properties", "repository.url")).isEqualTo(text(parent, "properties", "repository.url"));
	}

	@Test
	void theNpmPackageNamesTheSameRepository() throws Exception {
		String repository = text(pom(ROOT), "properties", "repository.url");
		Map<Object, Object> json = load(ROOT.resolve("rivet-events-client/package.json"));
		assertThat(json.get("repository"))
			.isEqualTo(Map.of("type", "git", "url", "git+" + repository + ".git", "directory", "rivet-events-client"));
		assertThat(json.get("bugs")).isEqualTo(Map.of("url", repository + "/issues"));
		assertThat(json.get("homepage")).asString().startsWith(repository);
		assertThat(text(pom(ROOT), "version")).startsWith(json.get("version").toString());
	}

	/** The npm package has a copy, because npm packs only files of its folder. */
	@Test
	void theNpmPackageHasTheLicence() {
		assertThat(ROOT.resolve("rivet-events-client/LICENSE")).hasSameTextualContentAs(ROOT.resolve("LICENSE"));
	}

	/** An example that a document shows as it stands has none. */
	@Test
	void eachSourceHasTheLicenceHeader() throws IOException {
		String documents = String.join("", texts((file) -> file.toString().endsWith(".md")).values());
		Map<Path, String> sources = texts(ProjectTests::isSource);
		assertThat(sources).hasSizeGreaterThan(500);
		assertThat(sources.keySet()).filteredOn((file) -> !hasHeader(sources.get(file)))
			.filteredOn((file) -> !documents.contains(sources.get(file).strip()))
			.isEmpty();
	}

	private static boolean hasHeader(String source) {
		List<String> first = source.lines().limit(4).toList();
		return first.stream().anyMatch((line) -> line.endsWith(COPYRIGHT))
				&& first.stream().anyMatch((line) -> line.endsWith(LICENCE));
	}

	private static boolean isSource(Path file) {
		return SOURCE.matcher(file.getFileName().toString()).find() || file.getParent().equals(SCRIPTS);
	}

	/** Returns the texts of files that are not made by a build, by their paths. */
	private static Map<Path, String> texts(Predicate<Path> filter) throws IOException {
		Map<Path, String> texts = new TreeMap<>();
		Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {

			@Override
			public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
				return MADE.contains(folder.getFileName().toString()) ? FileVisitResult.SKIP_SUBTREE
						: FileVisitResult.CONTINUE;
			}

			@Override
			public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
				if (filter.test(file)) {
					texts.put(file, Files.readString(file));
				}
				return FileVisitResult.CONTINUE;
			}

		});
		return texts;
	}

	private static Stream<Path> workflows() throws IOException {
		return list(ROOT.resolve(".github/workflows"));
	}

	private static Stream<Path> modules() throws IOException {
		return list(ROOT).filter((folder) -> Files.exists(folder.resolve("pom.xml")));
	}

	private static Stream<Path> list(Path folder) throws IOException {
		try (Stream<Path> files = Files.list(folder)) {
			List<Path> found = files.sorted().toList();
			assertThat(found).isNotEmpty();
			return found.stream();
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, Object>> jobs(Path workflow) {
		return (Map<String, Map<String, Object>>) load(workflow).get("jobs");
	}

	private static List<Map<?, ?>> steps(Map<?, ?> job) {
		List<Map<?, ?>> steps = new ArrayList<>();
		((List<?>) job.get("steps")).forEach((step) -> steps.add((Map<?, ?>) step));
		return steps;
	}

	private static List<Object> valuesOf(List<Map<?, ?>> steps, String key) {
		List<Object> values = new ArrayList<>();
		steps.stream().filter((step) -> step.containsKey(key)).forEach((step) -> values.add(step.get(key)));
		return values;
	}

	/** Reads YAML, of which JSON is a part. */
	private static Map<Object, Object> load(Path file) {
		try {
			return new Yaml().load(Files.readString(file));
		}
		catch (IOException ex) {
			throw new IllegalStateException(file.toString(), ex);
		}
	}

	private static Element pom(Path module) throws Exception {
		return DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(module.resolve("pom.xml").toFile())
			.getDocumentElement();
	}

	private static String normalized(Element pom, String name) {
		return text(pom, name).replaceAll("\\s+", " ");
	}

	private static String text(Element element, String... path) {
		Element found = element;
		for (String name : path) {
			found = child(found, name);
			assertThat(found).as(name).isNotNull();
		}
		return found.getTextContent().strip();
	}

	private static @Nullable Element child(Element parent, String name) {
		for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
			if (node instanceof Element element && element.getTagName().equals(name)) {
				return element;
			}
		}
		return null;
	}

}

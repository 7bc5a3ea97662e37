/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application on a class path without a module that is optional starts, works, and
 * warns of nothing.
 */
class OptionalModulesTests {

	@TempDir
	private Path folder;

	private static final String VALIDATION = "spring-boot-(starter-)?validation|hibernate-validator|jakarta.validation.*";

	private static final String VALIDATION_PROVIDER = "spring-boot-(starter-)?validation|hibernate-validator";

	/** Logged by Spring, with the name of an exception. */
	private static final String WITHOUT_PROVIDER = "Failed to set up a Bean Validation provider";

	private static final String SECURITY = "spring-boot-(starter-)?security|spring-security-.*|nimbus-jose-jwt";

	private static final String REDIS = "spring-boot-(starter-)?data-redis|spring-data-.*|lettuce-core|spring-tx|spring-modulith-.*";

	private static final String ACTUATOR = "spring-boot-(starter-)?actuator.*|spring-boot-health|spring-boot-.*metrics|(micrometer|prometheus-metrics)-(?!commons|observation).*";

	private static final String DATABASES = "spring-boot-(starter-)?(jdbc|sql|flyway)|spring-jdbc|HikariCP|flyway-.*|h2|sqlite-jdbc|postgresql";

	private static final String OTHERS = "jsonschema-.*|jakarta.annotation-api|jackson-dataformat-cbor|netty-.*epoll.*";

	static List<String> modules() {
		return List.of(VALIDATION, VALIDATION_PROVIDER, SECURITY, REDIS, ACTUATOR,
				String.join("|", VALIDATION, SECURITY, REDIS, ACTUATOR, DATABASES, OTHERS));
	}

	@ParameterizedTest
	@MethodSource("modules")
	void startsWithout(String modules) throws IOException, InterruptedException {
		List<String> output = run(without(Pattern.compile(modules)));
		assertThat(output).anyMatch((line) -> line.startsWith("the actor says: hello"));
		assertThat(output).noneMatch((line) -> line.contains(" WARN ") || line.contains(" ERROR "))
			.noneMatch((line) -> line.contains("Exception") && !line.contains(WITHOUT_PROVIDER));
	}

	private static String without(Pattern modules) {
		String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		List<String> kept = Arrays.stream(path.split(File.pathSeparator))
			.filter((entry) -> !modules.matcher(artifact(entry)).matches())
			.toList();
		return String.join(File.pathSeparator, kept);
	}

	/** Returns the name of a jar without its version. */
	private static String artifact(String entry) {
		return new File(entry).getName().replaceFirst("-\\d.*", "");
	}

	private List<String> run(String classPath) throws IOException, InterruptedException {
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		Process process = new ProcessBuilder(java.toString(), "-XX:TieredStopAtLevel=1", "-cp", classPath,
				LeanApplication.class.getName(), "--server.port=0")
			.directory(this.folder.toFile())
			.redirectErrorStream(true)
			.start();
		try {
			process.getOutputStream().close();
			String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(process.waitFor()).as(output).isZero();
			return output.lines().toList();
		}
		finally {
			process.destroyForcibly();
		}
	}

}

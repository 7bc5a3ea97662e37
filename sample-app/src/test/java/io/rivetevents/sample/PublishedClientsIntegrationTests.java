package io.rivetevents.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ActiveProfiles;

import io.rivetevents.sample.BrowserRequired.Tool;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The clients as npm has them, unchanged, against the reference actors. Skipped without
 * Node, unless {@code RIVET_NODE_REQUIRED=true}.
 */
@ExtendWith(PublishedClientsIntegrationTests.NodeCondition.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@ActiveProfiles("conformance")
class PublishedClientsIntegrationTests {

	/**
	 * The lock file holds optional packages for other systems, which not every registry
	 * has.
	 */
	private static final List<String> INSTALL = List.of("install", "--no-save", "--ignore-scripts", "--omit=optional",
			"--no-audit", "--no-fund");

	@LocalServerPort
	private int port;

	@Test
	void workUnchanged() throws Exception {
		File folder = new File("src/test/client");
		npm(folder, Map.of(), INSTALL);
		npm(folder, Map.of("RIVET_ENDPOINT_UNDER_TEST", "http://127.0.0.1:%d/rivet".formatted(this.port)),
				List.of("test"));
	}

	@Test
	void areInThePageAsTheBuildBundlesThem() throws Exception {
		File folder = new File("src/main/client");
		npm(folder, Map.of(), INSTALL);
		npm(folder, Map.of(), List.of("run", "check"));
	}

	private static void npm(File folder, Map<String, String> environment, List<String> arguments)
			throws IOException, InterruptedException {
		ProcessBuilder builder = new ProcessBuilder(Tool.NPM.find().orElseThrow());
		builder.command().addAll(arguments);
		builder.directory(folder).redirectErrorStream(true).environment().putAll(environment);
		Process process = builder.start();
		// the streams of this process belong to the test runner, so they are not
		// inherited
		process.getOutputStream().close();
		CompletableFuture.delayedExecutor(5, TimeUnit.MINUTES).execute(process::destroyForcibly);
		try (BufferedReader out = process.inputReader()) {
			out.lines().forEach(System.out::println);
			assertThat(process.waitFor()).as("npm " + arguments).isZero();
		}
		finally {
			process.descendants().forEach(ProcessHandle::destroy);
			process.destroy();
		}
	}

	static class NodeCondition implements ExecutionCondition {

		@Override
		public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
			boolean there = Tool.NODE.find().isPresent() && Tool.NPM.find().isPresent();
			return Tool.evaluate(context, there, "RIVET_NODE_REQUIRED", "Node and npm");
		}

	}

}

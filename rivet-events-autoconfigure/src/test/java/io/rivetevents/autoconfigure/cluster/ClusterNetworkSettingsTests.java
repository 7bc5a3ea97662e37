/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.assertj.core.api.AbstractThrowableAssert;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsChecksAutoConfiguration;
import io.rivetevents.autoconfigure.state.RivetEventsJdbcAutoConfiguration;
import io.rivetevents.cluster.status.Cluster;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The connections between nodes as the properties describe them.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClusterNetworkSettingsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@TempDir
	private static Path folder;

	private final int first = freePort();

	private final int second = freePort();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, JacksonAutoConfiguration.class,
				DataSourceAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsChecksAutoConfiguration.class, RivetEventsJdbcAutoConfiguration.class,
				RivetEventsClusterAutoConfiguration.class))
		.withPropertyValues("spring.datasource.generate-unique-name=true", "rivet.events.cluster.enabled=true",
				"rivet.events.cluster.bind-address=127.0.0.1",
				"rivet.events.cluster.nodes=127.0.0.1:%d,127.0.0.1:%d".formatted(this.first, this.second));

	@BeforeAll
	static void createKeys() throws Exception {
		keytool("-genkeypair", "-alias", "node", "-keyalg", "EC", "-dname", "CN=node", "-keystore", file("node"));
		keytool("-genkeypair", "-alias", "other", "-keyalg", "EC", "-dname", "CN=other", "-keystore", file("other"));
		for (String name : List.of("node", "other")) {
			keytool("-exportcert", "-alias", name, "-keystore", file(name), "-file", file(name + "-cert"));
		}
		for (String name : List.of("node", "other")) {
			keytool("-importcert", "-noprompt", "-alias", "node", "-file", file("node-cert"), "-keystore",
					file(name + "-trust"));
		}
		keytool("-importcert", "-noprompt", "-alias", "other", "-file", file("other-cert"), "-keystore",
				file("other-trust"));
	}

	private static String file(String name) {
		return folder.resolve(name + ".p12").toString();
	}

	private static void keytool(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
		command.addAll(List.of(arguments));
		command.addAll(List.of("-storetype", "PKCS12", "-storepass", "changeit"));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
	}

	private static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return Math.min(socket.getLocalPort(), 60_000);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A node with the key of that name, which trusts the first one. */
	private ApplicationContextRunner encrypted(int port, String name) {
		return this.runner.withPropertyValues("rivet.events.cluster.port=" + port,
				"rivet.events.cluster.ssl.bundle=nodes", key(name),
				"spring.ssl.bundle.jks.nodes.keystore.password=changeit",
				"spring.ssl.bundle.jks.nodes.truststore.location=file:" + file(name + "-trust"),
				"spring.ssl.bundle.jks.nodes.truststore.password=changeit");
	}

	private static String key(String name) {
		return "spring.ssl.bundle.jks.nodes.keystore.location=file:" + file(name);
	}

	private static int nodes(ApplicationContext context) {
		return context.getBean(Cluster.class).status().nodes();
	}

	@Test
	void joinsNodesWithAnSslBundle(CapturedOutput output) {
		encrypted(this.first, "node").run((one) -> encrypted(this.second, "node").run((other) -> {
			Awaitility.await().atMost(PATIENCE).until(() -> nodes(one) == 2 && nodes(other) == 2);
			assertThat(output).doesNotContain("not encrypted");
		}));
	}

	@Test
	void keepsANodeOutWhoseCertificateIsNotTrusted(CapturedOutput output) {
		encrypted(this.first, "node").run((one) -> encrypted(this.second, "other").run((other) -> {
			Awaitility.await()
				.atMost(PATIENCE)
				.until(() -> output.getAll().contains("A connection from 127.0.0.1 was rejected"));
			assertThat(nodes(one)).isEqualTo(1);
			assertThat(nodes(other)).isEqualTo(1);
		}));
	}

	@Test
	void keepsANodeOutThatHasNoBundle(CapturedOutput output) {
		encrypted(this.first, "node")
			.run((one) -> this.runner.withPropertyValues("rivet.events.cluster.port=" + this.second).run((other) -> {
				Awaitility.await()
					.atMost(PATIENCE)
					.until(() -> output.getAll()
						.contains("A message from 127.0.0.1:%d was discarded: it is encrypted".formatted(this.first)));
				assertThat(output).doesNotContain("JGRP000010");
				assertThat(nodes(one)).isEqualTo(1);
				assertThat(nodes(other)).isEqualTo(1);
			}));
	}

	@Test
	void warnsOnceThatMessagesAreNotEncrypted(CapturedOutput output) {
		this.runner.withPropertyValues("rivet.events.cluster.port=" + this.first).run((context) -> {
			assertThat(nodes(context)).isEqualTo(1);
			assertThat(output.getAll().lines().filter((line) -> line.contains("are not encrypted"))).hasSize(1);
		});
	}

	@Test
	void rejectsABundleThatDoesNotExist() {
		this.runner.withPropertyValues("rivet.events.cluster.ssl.bundle=none")
			.run((context) -> assertRejected(context.getStartupFailure())
				.hasMessageContaining("there is no such bundle"));
	}

	@Test
	void rejectsABundleThatTrustsEachAuthority() {
		this.runner
			.withPropertyValues("rivet.events.cluster.ssl.bundle=nodes", key("node"),
					"spring.ssl.bundle.jks.nodes.keystore.password=changeit")
			.run((context) -> assertRejected(context.getStartupFailure())
				.hasMessageContaining("the bundle has no certificates to trust"));
	}

	@Test
	void rejectsABundleWithoutAKey() {
		this.runner
			.withPropertyValues("rivet.events.cluster.ssl.bundle=nodes",
					"spring.ssl.bundle.jks.nodes.truststore.location=file:" + file("node-trust"),
					"spring.ssl.bundle.jks.nodes.truststore.password=changeit")
			.run((context) -> assertRejected(context.getStartupFailure())
				.hasMessageContaining("the bundle has no private key"));
	}

	@Test
	void joinsNodesWithAJGroupsConfiguration() {
		ApplicationContextRunner own = this.runner
			.withPropertyValues("rivet.events.cluster.jgroups-config=classpath:jgroups-own.xml");
		own.run((one) -> own
			.run((other) -> Awaitility.await().atMost(PATIENCE).until(() -> nodes(one) == 2 && nodes(other) == 2)));
	}

	@Test
	void namesWhatAJGroupsConfigurationLacks() {
		this.runner.withPropertyValues("rivet.events.cluster.jgroups-config=classpath:jgroups-incomplete.xml")
			.run((context) -> {
				FailureAnalysis analysis = new ClusterStartFailureAnalyzer().analyze(context.getStartupFailure());
				assertThat(analysis).isNotNull();
				assertThat(analysis.getDescription()).contains("no flow control (UFC), no failure detection");
				assertThat(analysis.getAction()).startsWith("Add what is missing");
			});
	}

	@Test
	void rejectsAJGroupsConfigurationThatDoesNotExist() {
		this.runner.withPropertyValues("rivet.events.cluster.jgroups-config=classpath:none.xml")
			.run((context) -> assertRejected(context.getStartupFailure())
				.hasMessageContaining("the file cannot be read"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no xml", "<config", "<config><NONE/></config>", "<config><TCP none=\"1\"/></config>",
			"<config><TCP bind_port=\"many\"/></config>" })
	void namesABrokenJGroupsConfiguration(String content) throws IOException {
		Path file = Files.writeString(folder.resolve("broken.xml"), content);
		this.runner.withPropertyValues("rivet.events.cluster.jgroups-config=file:" + file).run((context) -> {
			FailureAnalysis analysis = new ClusterStartFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription())
				.contains("The JGroups configuration 'file:", "broken.xml' cannot be used: ")
				.doesNotContain("null");
			assertThat(analysis.getAction()).contains("rivet.events.cluster.jgroups-config");
		});
	}

	private static AbstractThrowableAssert<?, ?> assertRejected(Throwable failure) {
		return assertThat(failure).rootCause().isInstanceOf(InvalidSettingException.class);
	}

}

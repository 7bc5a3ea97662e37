/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeDriver;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.rivetevents.actor.Actors;
import io.rivetevents.sample.BrowserRequired.Tool;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A browser behind a network that breaks, and a server that is started again.
 */
@Tag("alone")
@BrowserRequired
@ExtendWith(Npm.Condition.class)
class BrokenNetworkIntegrationTests extends BrowserSupport {

	private static final int MESSAGES = 500;

	private final HttpClient http = HttpClient.newHttpClient();

	private int port;

	private int controlPort;

	private String proxyUrl;

	private String transport;

	private Process proxy;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void start() throws IOException {
		this.port = freePort();
		this.controlPort = freePort();
		startApplication();
		this.proxy = new ProcessBuilder(Tool.NODE.find().orElseThrow(), "fault-proxy.mjs", "--target",
				"127.0.0.1:" + this.port, "--port", "0", "--control", Integer.toString(this.controlPort))
			.directory(new File("../rivet-events-client/test"))
			.redirectErrorStream(true)
			.start();
		BufferedReader out = this.proxy.inputReader();
		this.proxyUrl = out.readLine().replace("proxy ", "");
	}

	private void startApplication() {
		this.application = new SpringApplication(SampleApplication.class).run("--server.port=" + this.port,
				"--rivet.events.shutdown.spread=200ms");
	}

	@AfterEach
	void stop() {
		this.proxy.destroy();
		this.application.close();
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@Override
	String url() {
		return this.proxyUrl + "/?transport=" + this.transport;
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse" })
	void losesNoMessageWhenTheNetworkIsCut(String transport) throws Exception {
		this.transport = transport;
		ChromeDriver browser = open();
		for (int i = 0; i < MESSAGES; i++) {
			if (i % 100 == 50) {
				command("/cut");
			}
			say(i);
		}
		waitFor(browser, (current) -> messages(current).size() >= MESSAGES);
		assertThat(messages(browser)).isEqualTo(IntStream.range(0, MESSAGES).mapToObj((i) -> "message " + i).toList());
		assertThat(attribute(browser, "data-outcome")).isEqualTo("resumed");
		assertThat(attribute(browser, "data-transport")).isEqualTo(transport);
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse" })
	void showsWhatIsThereAfterARestart(String transport) {
		this.transport = transport;
		ChromeDriver browser = open();
		say(1);
		waitFor(browser, (current) -> messages(current).equals(List.of("message 1")));
		this.application.close();
		waitFor(browser, (current) -> !status(current).equals("open"));
		startApplication();
		say(2);
		waitFor(browser, (current) -> status(current).equals("open"));
		// the rooms of this test are in memory
		waitFor(browser, (current) -> messages(current).equals(List.of("message 2")));
		assertThat(attribute(browser, "data-outcome")).isEqualTo("resynced");
	}

	/** As behind a proxy without support for WebSocket. */
	@ParameterizedTest
	@ValueSource(strings = "auto")
	void worksWithoutWebSocket(String transport) throws Exception {
		this.transport = transport;
		command("/refuse-upgrade?on=true");
		ChromeDriver browser = open();
		assertThat(attribute(browser, "data-transport")).isEqualTo("sse");
		say(browser, "Can you hear me?");
		waitFor(browser, (current) -> messages(current).contains("Can you hear me?"));
		screenshot(browser, "chat-sse-desktop", 1280, 800);
	}

	private void say(int number) {
		this.application.getBean(Actors.class)
			.getOrCreate("chatRoom", "general")
			.call("sendMessage", Map.class, "server", "message " + number)
			.block(PATIENCE);
	}

	private static String attribute(ChromeDriver browser, String name) {
		return String.valueOf(browser.findElement(testId("status")).getDomAttribute(name));
	}

	private void command(String path) throws IOException, InterruptedException {
		URI uri = URI.create("http://127.0.0.1:%d%s".formatted(this.controlPort, path));
		HttpRequest request = HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.noBody()).build();
		assertThat(this.http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
	}

}

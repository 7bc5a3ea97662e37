/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Browsers whose server is killed right after a message was answered or shown, and
 * started again on the same file and port.
 */
@Tag("alone")
@BrowserRequired
class RestartBrowserIntegrationTests extends BrowserSupport {

	/**
	 * Sends a message and ends when the page shows it, which is after its commit. Returns
	 * the time.
	 */
	private static final String SEND = """
			const [text, done] = arguments;
			const messages = document.querySelector("#chat .messages");
			new MutationObserver((changes, observer) => {
				if (messages.lastElementChild?.textContent.endsWith(text)) {
					observer.disconnect();
					done(Date.now());
				}
			}).observe(messages, { childList: true });
			document.querySelector("[data-testid=message-input]").value = text;
			document.querySelector("[data-testid=send]").click();
			""";

	/** Longest time between the answer and a kill that is right after it. */
	private static final Duration SOON = Duration.ofMillis(50);

	/** On a busy machine, the page may need longer to report the answer. */
	private static final int MAX_KILLS = 5;

	@TempDir
	private Path folder;

	private SampleProcess sample;

	private String transport = "websocket";

	private final List<String> sent = new ArrayList<>();

	@BeforeEach
	void start() throws IOException {
		this.sample = SampleProcess.start(this.folder);
	}

	@AfterEach
	void stop() {
		this.sample.close();
	}

	@Override
	String url() {
		return "http://127.0.0.1:%d/?transport=%s".formatted(this.sample.port(), this.transport);
	}

	private ChromeDriver open(String transport) {
		this.transport = transport;
		return open();
	}

	@Test
	void showsEachMessageOnceWhenTheServerIsKilledAfterItsAnswer() throws Exception {
		List<ChromeDriver> browsers = List.of(open("websocket"), open("sse"));
		for (ChromeDriver browser : browsers) {
			waitFor(browser, (current) -> people(current).size() == 2);
		}
		for (ChromeDriver browser : browsers) {
			killSoonAfterAnAnswer(browser, browsers);
		}
		say("before the end");
		killAndStart();
		assertViews(browsers);
		screenshot(browsers.get(0), "chat-restarted-desktop", 1280, 800);
	}

	/** Kills the server after answers until one of the kills was soon enough. */
	private void killSoonAfterAnAnswer(ChromeDriver browser, List<ChromeDriver> browsers) throws Exception {
		List<Duration> delays = new ArrayList<>();
		while (delays.size() < MAX_KILLS && !hasASoonOne(delays)) {
			say("before");
			Instant answered = send(browser,
					"%d from a page over %s".formatted(this.sent.size(), attribute(browser, "data-transport")));
			delays.add(Duration.between(answered, killAndStart()));
			say("after");
			assertViews(browsers);
		}
		assertThat(hasASoonOne(delays)).as("times between an answer and the kill: %s", delays).isTrue();
	}

	private static boolean hasASoonOne(List<Duration> delays) {
		return delays.stream().anyMatch((delay) -> delay.compareTo(SOON) <= 0);
	}

	/**
	 * Sends a message from a page, waits until the page shows it, and returns when it
	 * did.
	 */
	private Instant send(ChromeDriver browser, String text) {
		Object time = browser.executeAsyncScript(SEND, text);
		this.sent.add(text);
		return Instant.ofEpochMilli((Long) Objects.requireNonNull(time));
	}

	/** Sends a message without a browser. */
	private void say(String text) throws IOException, InterruptedException {
		String numbered = text + " " + this.sent.size();
		assertThat(this.sample.call("general", "sendMessage", "[\"server\",\"%s\"]".formatted(numbered)))
			.contains(numbered);
		this.sent.add(numbered);
	}

	/** Returns when the server was killed. */
	private Instant killAndStart() throws IOException {
		int port = this.sample.port();
		Instant killed = this.sample.kill();
		this.sample = SampleProcess.start(this.folder, "--server.port=" + port);
		return killed;
	}

	private void assertViews(List<ChromeDriver> browsers) {
		for (ChromeDriver browser : browsers) {
			waitFor(browser, (current) -> status(current).equals("open") && people(current).size() == 2
					&& messages(current).size() >= this.sent.size());
		}
		for (ChromeDriver browser : browsers) {
			assertThat(messages(browser)).isEqualTo(this.sent);
			assertThat(attribute(browser, "data-outcome")).isEqualTo("resumed");
		}
		assertThat(attribute(browsers.get(0), "data-transport")).isEqualTo("websocket");
		assertThat(attribute(browsers.get(1), "data-transport")).isEqualTo("sse");
	}

	private static String attribute(ChromeDriver browser, String name) {
		return String.valueOf(browser.findElement(testId("status")).getDomAttribute(name));
	}

}

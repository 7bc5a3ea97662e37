/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Browsers whose server is killed right after a message was answered or shown, and
 * started again on the same file and port.
 */
@BrowserRequired
class RestartBrowserIntegrationTests extends BrowserSupport {

	/** Sends a message and ends when the page shows it, which is after its commit. */
	private static final String SEND = """
			const [text, done] = arguments;
			const messages = document.querySelector("#chat .messages");
			new MutationObserver((changes, observer) => {
				if (messages.lastElementChild?.textContent.endsWith(text)) {
					observer.disconnect();
					done();
				}
			}).observe(messages, { childList: true });
			document.querySelector("[data-testid=message-input]").value = text;
			document.querySelector("[data-testid=send]").click();
			""";

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
			say("before");
			send(browser, "from a page over " + attribute(browser, "data-transport"));
			killAndStart();
			say("after");
			assertViews(browsers);
		}
		say("before the end");
		killAndStart();
		assertViews(browsers);
		screenshot(browsers.get(0), "chat-restarted-desktop", 1280, 800);
	}

	/** Sends a message from a page and waits until the page shows it. */
	private void send(ChromeDriver browser, String text) {
		browser.executeAsyncScript(SEND, text);
		this.sent.add(text);
	}

	/** Sends a message without a browser. */
	private void say(String text) throws IOException, InterruptedException {
		String numbered = text + " " + this.sent.size();
		assertThat(this.sample.call("general", "sendMessage", "[\"server\",\"%s\"]".formatted(numbered)))
			.contains(numbered);
		this.sent.add(numbered);
	}

	private void killAndStart() throws IOException {
		int port = this.sample.port();
		this.sample.kill();
		this.sample = SampleProcess.start(this.folder, "--server.port=" + port);
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

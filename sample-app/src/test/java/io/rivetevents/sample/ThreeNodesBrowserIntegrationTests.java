/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.chrome.ChromeDriver;

import io.rivetevents.sample.ThreeNodes.Node;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pages that chat while nodes of {@code three-nodes.sh} fail and stop. With
 * {@code -Drivet.test.nodes.whole=true} also with restarts of all nodes, and with H2.
 */
@Tag("alone")
@BrowserRequired
class ThreeNodesBrowserIntegrationTests extends BrowserSupport {

	static final String WHOLE = "rivet.test.nodes.whole";

	private static final String ROOM = "general";

	/** Messages of each page that must be shown before and after a fault. */
	private static final int SOME = 5;

	/**
	 * Sends numbered messages, one after the other. A message is shown, or the page has
	 * an error, which leaves open whether the message was sent.
	 */
	private static final String CHAT = """
			const [name, pause] = arguments;
			const find = (id) => document.querySelector(`[data-testid=${id}]`);
			const sleep = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
			const isShown = (text) => Array.from(document.querySelectorAll("[data-testid=message] p"))
				.some((found) => found.innerText === text);
			const chat = window.chat = { shown: [], failed: [], stopped: false, ended: false };
			(async () => {
				for (let number = 0; !chat.stopped; number++) {
					const text = `${name} ${number}`;
					while (find("status").dataset.status !== "open") await sleep(20);
					find("error").hidden = true;
					find("message-input").value = text;
					find("send").click();
					while (!isShown(text) && find("error").hidden) await sleep(20);
					(isShown(text) ? chat.shown : chat.failed).push(text);
					await sleep(pause);
				}
				chat.ended = true;
			})();
			""";

	private ThreeNodes nodes;

	private String url = "";

	private int chats;

	private void start(String database) throws IOException {
		this.nodes = ThreeNodes.start(database.isEmpty() ? Map.of() : Map.of("DATABASE", database));
	}

	@AfterEach
	void stop() {
		closeBrowsers();
		if (this.nodes != null) {
			List<ProcessHandle> processes = this.nodes.processes();
			this.nodes.close();
			assertThat(processes).noneMatch(ProcessHandle::isAlive);
			assertThat(this.nodes.openPorts()).isEmpty();
		}
	}

	/** A run beside this one has other logs. */
	private void checkLogs() {
		assertThat(this.nodes.logs()).isDirectoryContaining("glob:**/node-1.log");
	}

	@Override
	String url() {
		return this.url;
	}

	private ChromeDriver openAt(String url) {
		this.url = url;
		return open();
	}

	@Test
	void losesAndRepeatsNoMessageWhenTheOwnerIsKilled() throws Exception {
		start("");
		checkLogs();
		killTheOwner();
	}

	@Test
	@EnabledIfSystemProperty(named = WHOLE, matches = "true")
	void losesAndRepeatsNoMessageWhenTheOwnerIsKilledWithH2() throws Exception {
		start("h2");
		for (int kill = 1; kill <= 3; kill++) {
			killTheOwner();
			closeBrowsers();
		}
	}

	/** Two pages at the other nodes, one of them with a login at the proxy. */
	private void killTheOwner() throws Exception {
		Node owner = this.nodes.owner(ROOM);
		List<Node> others = this.nodes.without(owner);
		ChromeDriver ada = openAt(this.nodes.proxyUrl());
		login(ada, "ada");
		ada.get(others.get(0).url());
		waitFor(ada, (browser) -> status(browser).equals("open"));
		ChromeDriver guest = openAt(others.get(1).url());
		waitFor(guest, (browser) -> people(browser).size() == 2);
		assertThat(people(guest)).contains("ada");
		List<ChromeDriver> pages = List.of(ada, guest);
		chat(pages, 200);
		owner.kill();
		awaitMore(pages);
		screenshot(ada, "three-nodes-killed", 1280, 800);
		assertThat(text(ada, "node")).contains("This room runs on node ").doesNotContain("node " + owner.number());
		endChat(pages);
		this.nodes.awaitRestart(owner);
	}

	@ParameterizedTest
	@ValueSource(strings = { "postgresql", "h2" })
	@EnabledIfSystemProperty(named = WHOLE, matches = "true")
	void losesAndRepeatsNoMessageWhenAllNodesAreRestarted(String database) throws Exception {
		start(database);
		List<ChromeDriver> pages = List.of(openAt(this.nodes.proxyUrl()), openAt(this.nodes.proxyUrl()),
				openAt(this.nodes.proxyUrl() + "?transport=sse"));
		chat(pages, 1000);
		for (int number = 1; number <= ThreeNodes.NODES; number++) {
			Node node = this.nodes.node(number);
			node.stop();
			this.nodes.awaitRestart(node);
			awaitMore(pages);
		}
		screenshot(pages.get(0), "three-nodes-restarted", 1280, 800);
		endChat(pages);
	}

	private void chat(List<ChromeDriver> pages, int pauseMillis) {
		this.chats++;
		for (int number = 0; number < pages.size(); number++) {
			pages.get(number).executeScript(CHAT, "chat %d, page %d:".formatted(this.chats, number), pauseMillis);
		}
		awaitMore(pages);
	}

	/** Waits until each page has sent and shown some more messages. */
	private static void awaitMore(List<ChromeDriver> pages) {
		List<Integer> before = pages.stream().map((page) -> entries(page, "shown").size()).toList();
		for (int number = 0; number < pages.size(); number++) {
			int expected = before.get(number) + SOME;
			waitFor(pages.get(number), (page) -> entries(page, "shown").size() >= expected);
		}
	}

	/**
	 * Ends the chat. All pages must then show the same, with each message that its sender
	 * has seen, and no message twice.
	 */
	private void endChat(List<ChromeDriver> pages) {
		pages.forEach((page) -> page.executeScript("chat.stopped = true"));
		pages.forEach((page) -> waitFor(page, (current) -> (Boolean) current.executeScript("return chat.ended")));
		List<String> sent = pages.stream().flatMap((page) -> entries(page, "shown").stream()).toList();
		List<String> maybe = pages.stream().flatMap((page) -> entries(page, "failed").stream()).toList();
		for (ChromeDriver page : pages) {
			waitFor(page, (current) -> messages(current).containsAll(sent));
		}
		for (ChromeDriver page : pages) {
			assertThat(ofThisChat(page)).doesNotHaveDuplicates()
				.containsAll(sent)
				.isSubsetOf(Stream.concat(sent.stream(), maybe.stream()).toList())
				.isEqualTo(ofThisChat(pages.get(0)));
		}
	}

	private List<String> ofThisChat(ChromeDriver page) {
		String start = "chat %d,".formatted(this.chats);
		return messages(page).stream().filter((message) -> message.startsWith(start)).toList();
	}

	@SuppressWarnings("unchecked")
	private static List<String> entries(ChromeDriver page, String list) {
		return (List<String>) Objects.requireNonNull(page.executeScript("return window.chat." + list));
	}

}

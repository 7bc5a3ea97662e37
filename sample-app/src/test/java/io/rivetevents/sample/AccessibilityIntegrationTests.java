/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page on a phone and on a desktop, by the rules of axe-core, with the keyboard
 * alone, and while the server is away.
 */
@BrowserRequired
@ExtendWith(Npm.Condition.class)
class AccessibilityIntegrationTests extends BrowserSupport {

	private static Axe axe;

	private int port;

	private ConfigurableApplicationContext application;

	@BeforeAll
	static void install() throws Exception {
		axe = Axe.install();
	}

	@BeforeEach
	void start() {
		startAt(0);
		this.port = Integer.parseInt(this.application.getEnvironment().getRequiredProperty("local.server.port"));
	}

	private void startAt(int port) {
		this.application = new SpringApplication(SampleApplication.class).run("--server.port=" + port,
				"--rivet.events.shutdown.spread=200ms");
	}

	@AfterEach
	void stop() {
		this.application.close();
	}

	@Override
	String url() {
		return "http://localhost:%d/".formatted(this.port);
	}

	@ParameterizedTest
	@CsvSource({ "390, 844, light", "1440, 900, dark" })
	void showsNothingThatAxeFinds(int width, int height, String scheme) throws IOException {
		ChromeDriver browser = open(width, height, scheme);
		say(browser, "Hello, @ada");
		waitFor(browser, (current) -> messages(current).size() == 1);
		check(browser, "chat", scheme);
		say(browser, "x".repeat(501));
		waitFor(browser, (current) -> text(current, "error").contains("between 0 and 500"));
		check(browser, "error", scheme);
		browser.findElement(testId("tab-game")).click();
		waitFor(browser, (current) -> status(current).equals("open"));
		check(browser, "game", scheme);
		browser.findElement(testId("login-open")).click();
		check(browser, "login", scheme);
		browser.findElement(By.id("login-cancel")).click();
		login(browser, "ada");
		browser.findElement(testId("room-random")).click();
		waitFor(browser, (current) -> status(current).equals("open"));
		ChromeDriver other = open();
		say(other, "Here, @ada");
		waitFor(browser, (current) -> !toasts(current).isEmpty());
		check(browser, "mention", scheme);
		signOutInAnotherTab(browser);
		waitFor(browser, (current) -> current.findElement(testId("login-ended")).isDisplayed());
		check(browser, "signed-out", scheme);
	}

	private void signOutInAnotherTab(ChromeDriver browser) {
		String tab = browser.getWindowHandle();
		browser.switchTo().newWindow(WindowType.TAB).get(url());
		opened(browser);
		browser.findElement(testId("logout")).click();
		browser.close();
		browser.switchTo().window(tab);
	}

	@ParameterizedTest
	@CsvSource({ "390, 844, light", "1440, 900, dark" })
	void saysThatTheServerIsAway(int width, int height, String scheme) throws IOException {
		ChromeDriver browser = open(width, height, scheme);
		waitFor(browser, (current) -> people(current).size() == 1);
		this.application.close();
		waitFor(browser, (current) -> text(current, "banner").contains("Nothing can be sent"));
		assertThat(text(browser, "status")).isIn("reconnecting", "connecting");
		assertThat(browser.findElement(testId("send")).getDomAttribute("aria-disabled")).isEqualTo("true");
		assertThat(text(browser, "people-title")).isEqualToIgnoringCase("Here before");
		assertThat(people(browser)).hasSize(1);
		say(browser, "Can you hear me?");
		assertThat(text(browser, "error")).startsWith("Not sent");
		assertThat(browser.findElement(testId("message-input")).getDomProperty("value")).isEqualTo("Can you hear me?");
		check(browser, "away", scheme);
		startAt(this.port);
		waitFor(browser, (current) -> status(current).equals("open"));
		assertThat(text(browser, "banner")).isEmpty();
		browser.findElement(testId("send")).click();
		waitFor(browser, (current) -> messages(current).equals(List.of("Can you hear me?")));
		assertThat(text(browser, "error")).isEmpty();
	}

	@Test
	void opensARoomOnAPhone() {
		ChromeDriver browser = open(390, 844, "light");
		browser.findElement(By.name("room")).sendKeys("attic" + Keys.ENTER);
		waitFor(browser,
				(current) -> current.findElement(testId("room-attic")).isDisplayed() && status(current).equals("open"));
		say(browser, "Dusty");
		waitFor(browser, (current) -> messages(current).contains("Dusty"));
	}

	@Test
	void changesTabsByTheKeyboard() {
		ChromeDriver browser = open(1440, 900, "light");
		WebElement chat = browser.findElement(testId("tab-chat"));
		WebElement game = browser.findElement(testId("tab-game"));
		chat.sendKeys(Keys.ARROW_RIGHT);
		assertSelected(browser, game, chat);
		game.sendKeys(Keys.ARROW_RIGHT);
		assertSelected(browser, chat, game);
		chat.sendKeys(Keys.ARROW_LEFT);
		assertSelected(browser, game, chat);
		game.sendKeys(Keys.HOME);
		assertSelected(browser, chat, game);
		chat.sendKeys(Keys.END);
		assertSelected(browser, game, chat);
		game.sendKeys(Keys.TAB);
		assertThat(browser.switchTo().activeElement()).isNotEqualTo(chat);
	}

	private static void assertSelected(ChromeDriver browser, WebElement selected, WebElement other) {
		assertThat(browser.switchTo().activeElement()).isEqualTo(selected);
		assertThat(selected.getDomAttribute("aria-selected")).isEqualTo("true");
		assertThat(other.getDomAttribute("aria-selected")).isEqualTo("false");
		assertThat(other.getDomAttribute("tabindex")).isEqualTo("-1");
	}

	private ChromeDriver open(int width, int height, String scheme) {
		ChromeDriver browser = open();
		emulate(browser, width, height, scheme);
		return browser;
	}

	private static void check(ChromeDriver browser, String name, String scheme) throws IOException {
		Long width = (Long) Objects.requireNonNull(browser.executeScript("return window.innerWidth"));
		screenshot(browser, "%s-%d-%s".formatted(name, width, scheme));
		assertThat(axe.violations(browser)).as(name).isEmpty();
		assertThat(browser.executeScript("return document.documentElement.scrollWidth")).as("width of " + name)
			.isEqualTo(width);
		assertThat(smallTargets(browser)).as("targets of " + name).isEmpty();
	}

	/** What can be pressed and is less than 44 pixels high or wide. */
	@SuppressWarnings("unchecked")
	private static List<String> smallTargets(ChromeDriver browser) {
		return (List<String>) Objects.requireNonNull(browser.executeScript("""
				return Array.from(document.querySelectorAll("button, input, select"))
					.filter((target) => target.checkVisibility())
					.map((target) => ({ target, box: target.getBoundingClientRect() }))
					.filter(({ box }) => box.width < 44 || box.height < 44)
					.map(({ target, box }) => `${target.outerHTML} ${box.width} x ${box.height}`);
				"""));
	}

}

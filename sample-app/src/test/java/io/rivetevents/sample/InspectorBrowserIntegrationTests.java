/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import io.rivetevents.actor.Actors;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The inspector of the profile {@code dev}, with clients that chat.
 */
@BrowserRequired
@ExtendWith(Npm.Condition.class)
class InspectorBrowserIntegrationTests extends BrowserSupport {

	private static final String MARKUP = "<img src=x onerror=document.title='broken'>";

	private static Axe axe;

	private static ConfigurableApplicationContext application;

	/** The browser of a user who may see values. */
	private static ChromeDriver ada;

	private static ChromeDriver other;

	@BeforeAll
	static void start() throws Exception {
		axe = Axe.install();
		application = new SpringApplication(SampleApplication.class).run("--server.port=0",
				"--spring.profiles.active=dev");
		ada = launch();
		ada.get(root());
		login(opened(ada), "ada");
		other = launch();
	}

	@AfterAll
	static void stop() {
		Stream.of(ada, other).filter(Objects::nonNull).forEach(ChromeDriver::quit);
		if (application != null) {
			application.close();
		}
	}

	private static String root() {
		return "http://localhost:%s/".formatted(application.getEnvironment().getProperty("local.server.port"));
	}

	@Override
	String url() {
		return root();
	}

	@Test
	void showsAndChangesAnInstanceWhileClientsChat() throws IOException {
		ChromeDriver guest = other;
		guest.get(url());
		say(opened(guest), MARKUP);
		inspect(ada);
		waitFor(ada, (browser) -> texts(browser, "#connections li").size() == 1);
		assertThat(texts(ada, "#connections li b")).containsExactly("anonymous");
		waitFor(ada, (browser) -> state(browser, "live").equals("live"));
		assertThat(ada.findElement(By.id("state")).getText()).contains(MARKUP);

		say(guest, "Live " + MARKUP);
		waitFor(ada, (browser) -> events(browser).stream().anyMatch((event) -> event.contains("Live ")));
		ada.findElement(By.xpath("//*[@id='events']//summary[contains(., 'Live ')]")).click();
		waitFor(ada,
				(browser) -> text(browser, By.cssSelector("#events details[open] pre")).contains("Live " + MARKUP));
		assertThat(ada.findElements(By.cssSelector("main img"))).isEmpty();
		assertThat(ada.getTitle()).startsWith("Inspector");
		waitFor(ada, (browser) -> texts(browser, "#turns li b").contains("action sendMessage"));
		ada.findElement(By.id("call-action")).sendKeys("sendMessage");
		assertThat(text(ada, By.id("call-signature"))).startsWith("Parameters: userId: String");
		check(ada, 1440, 900, "dark");
		check(ada, 390, 844, "light");
		emulate(ada, 1280, 900, "light");

		call(ada, "whoIsHere", "[]");
		waitFor(ada, (browser) -> text(browser, By.id("call-result")).contains("guest-"));
		call(ada, "sendMessage", "[\"ada\", \"\"]");
		waitFor(ada, (browser) -> text(browser, By.id("call-result")).startsWith("actor.validation_error"));
		call(ada, "sendMessage", "[\"ada\"");
		waitFor(ada, (browser) -> text(browser, By.id("call-result")).contains("JSON"));

		String before = connection(ada);
		confirm(ada, By.cssSelector("#connections button"));
		waitFor(ada, (browser) -> !connection(browser).equals(before));
		assertThat(console(ada)).isEmpty();
	}

	@Test
	void putsAnInstanceToSleepAndGoesBackInItsHistory() {
		Actors actors = application.getBean(Actors.class);
		for (int i = 0; i < 60; i++) {
			actors.getOrCreate("chatRoom", "attic/" + MARKUP)
				.call("sendMessage", Object.class, "bob", "Message " + i)
				.block(PATIENCE);
		}
		ada.get(url() + "actuator/rivetevents/ui");
		choose(ada, "#actors", "chatRoom");
		choose(ada, "#instance-list", MARKUP);
		waitFor(ada, (browser) -> events(browser).size() == 50 && browser.findElement(By.id("older")).isDisplayed());
		ada.findElement(By.id("older")).click();
		waitFor(ada, (browser) -> events(browser).size() == 60 && !browser.findElement(By.id("older")).isDisplayed());
		assertThat(events(ada).get(59)).contains("Message 0");
		confirm(ada, By.id("sleep"));
		waitFor(ada, (browser) -> text(browser, By.id("instance-status")).equals("sleeping"));
		call(ada, "sendMessage", "[\"ada\", \"Awake again\"]");
		waitFor(ada, (browser) -> events(browser).get(0).contains("Awake again"));
		assertThat(text(ada, By.id("instance-status"))).isIn("awake", "sleeping");
		assertThat(console(ada)).isEmpty();
	}

	@Test
	void showsOtherNamespaces() {
		application.getBean(Actors.class)
			.inNamespace("annex")
			.getOrCreate("chatRoom", "hall")
			.call("sendMessage", Object.class, "bob", "Hello")
			.block(PATIENCE);
		ada.get(url() + "actuator/rivetevents/ui");
		choose(ada, "#actors", "chatRoom");
		waitFor(ada, (browser) -> browser.findElement(By.cssSelector("#namespaces option[value=annex]")) != null);
		ada.findElement(By.id("namespace")).sendKeys(Keys.chord(Keys.CONTROL, "a"), "annex", Keys.ENTER);
		choose(ada, "#instance-list", "hall");
		waitFor(ada, (browser) -> text(browser, By.id("instance-title")).equals("chatRoom / hall in annex"));
		assertThat(console(ada)).isEmpty();
	}

	@Test
	void asksForALogin() {
		ChromeDriver browser = other;
		browser.get(url()); // cookies are those of the page that is open
		browser.manage().deleteAllCookies();
		browser.get(url() + "actuator/rivetevents/ui");
		waitFor(browser, (current) -> current.getCurrentUrl().endsWith("/login"));
		browser.findElement(By.name("username")).sendKeys("linus");
		browser.findElement(By.name("password")).sendKeys("linus");
		browser.findElement(By.cssSelector("button")).click();
		waitFor(browser,
				(current) -> current.getCurrentUrl().endsWith("/ui") && state(current, "status").equals("live"));
		browser.manage().deleteAllCookies();
		waitFor(browser, (current) -> text(current, By.id("status")).startsWith("Sign in"));
	}

	private void inspect(ChromeDriver browser) {
		browser.get(url() + "actuator/rivetevents/ui");
		choose(browser, "#actors", "chatRoom");
		choose(browser, "#instance-list", "general");
		waitFor(browser, (current) -> text(current, By.id("instance-title")).equals("chatRoom / general"));
	}

	private static void choose(ChromeDriver browser, String list, String name) {
		waitFor(browser, (current) -> {
			for (WebElement button : current.findElements(By.cssSelector(list + " button"))) {
				if (button.getText().contains(name)) {
					button.click();
					return true;
				}
			}
			return false;
		});
	}

	private static void call(ChromeDriver browser, String action, String args) {
		replace(browser.findElement(By.id("call-action")), action);
		replace(browser.findElement(By.id("call-args")), args);
		browser.findElement(By.cssSelector("#call button")).click();
	}

	private static void replace(WebElement field, String text) {
		field.clear();
		field.sendKeys(text);
	}

	private static void confirm(ChromeDriver browser, By button) {
		browser.findElement(button).click();
		browser.findElement(By.cssSelector("#confirm button[value=yes]")).click();
	}

	private static List<String> events(ChromeDriver browser) {
		return texts(browser, "#events li");
	}

	private static String connection(ChromeDriver browser) {
		return String
			.valueOf(browser.executeScript("return document.querySelector('#connections li')?.dataset.key ?? ''"));
	}

	private static String text(ChromeDriver browser, By by) {
		return browser.findElement(by).getText();
	}

	private static String state(ChromeDriver browser, String id) {
		return String.valueOf(browser.findElement(By.id(id)).getDomAttribute("data-state"));
	}

	private static List<String> console(ChromeDriver browser) {
		return browser.manage().logs().get(LogType.BROWSER).getAll().stream().map(LogEntry::getMessage).toList();
	}

	private static void check(ChromeDriver browser, int width, int height, String scheme) throws IOException {
		emulate(browser, width, height, scheme);
		screenshot(browser, "inspector-%d-%s".formatted(width, scheme));
		assertThat(axe.violations(browser)).as(scheme).isEmpty();
		assertThat(browser
			.executeScript("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))
			.as("overflow at " + width)
			.isEqualTo(0L);
	}

}

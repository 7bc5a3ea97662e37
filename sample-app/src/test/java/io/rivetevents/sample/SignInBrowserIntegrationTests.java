/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;

import io.rivetevents.actor.Actors;
import io.rivetevents.connection.Connections;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page whose user has tokens that expire within seconds, or tickets of a session.
 */
@BrowserRequired
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = DeskServer.Application.class,
		properties = { "rivet.events.security.authentication-required=true", "rivet.events.security.expiry-grace=5s",
				"spring.web.resources.static-locations=classpath:/META-INF/resources/,classpath:/desk/" })
class SignInBrowserIntegrationTests extends BrowserSupport {

	/** Between two counts of the desk. */
	private static final Duration BEAT = Duration.ofMillis(25);

	private final String key = UUID.randomUUID().toString();

	private Disposable counting = Disposables.disposed();

	@LocalServerPort
	private int port;

	@Autowired
	private Actors actors;

	@Autowired
	private Connections connections;

	@Autowired
	private DeskServer.Tokens tokens;

	@Override
	String url() {
		return "http://localhost:%d/login".formatted(this.port);
	}

	@AfterEach
	void stop() {
		this.counting.dispose();
		this.tokens.setRoles("ada", "USER", "READER");
	}

	/** Signs in, and opens the page while the desk counts. */
	private ChromeDriver openDesk(String query) {
		this.counting = Flux.interval(BEAT)
			.onBackpressureDrop()
			.concatMap((beat) -> this.actors.getOrCreate("desk", this.key).call("tick", Void.class))
			.subscribe();
		ChromeDriver browser = browse();
		signIn(browser);
		browser.get("http://localhost:%d/?key=%s&%s".formatted(this.port, this.key, query));
		waitFor(browser, (page) -> output(page, "status").equals("open") && number(page, "count") > 0
				&& number(page, "secret") > 0 && !output(page, "connection").isEmpty());
		return browser;
	}

	private static void signIn(ChromeDriver browser) {
		browser.findElement(By.name("username")).sendKeys("ada");
		browser.findElement(By.name("password")).sendKeys("ada");
		browser.findElement(By.cssSelector("button[type=submit]")).click();
		waitFor(browser, (page) -> page.getTitle().equals("Desk"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse" })
	void goesOnWithoutAReconnectWhenTheTokenEnds(String transport) {
		ChromeDriver ada = openDesk("transport=" + transport);
		String connection = output(ada, "connection");
		waitFor(ada, (page) -> number(page, "credentials") >= 4);
		int count = number(ada, "count");
		waitFor(ada, (page) -> number(page, "count") > count);
		assertGoesOn(ada, connection);
		assertThat(output(ada, "ended")).isEmpty();
	}

	private static void assertGoesOn(ChromeDriver page, String connection) {
		assertThat(output(page, "status")).isEqualTo("open");
		assertThat(output(page, "opened")).isEqualTo("1");
		assertThat(output(page, "connection")).isEqualTo(connection);
		assertThat(output(page, "gaps")).isEqualTo("0");
		assertThat(page.findElement(By.id("sign-in")).isDisplayed()).isFalse();
	}

	@Test
	void seesTheSubscriptionEndThatTheNextTokenDoesNotPermit() throws IOException {
		ChromeDriver ada = openDesk("");
		String connection = output(ada, "connection");
		this.tokens.setRoles("ada", "USER");
		waitFor(ada, (page) -> output(page, "ended").startsWith("Subscription to \"secret\": "));
		int secret = number(ada, "secret");
		int count = number(ada, "count");
		waitFor(ada, (page) -> number(page, "count") > count + 20);
		assertThat(number(ada, "secret")).isEqualTo(secret);
		assertGoesOn(ada, connection);
		screenshot(ada, "subscription-ended-desktop", 1440, 900);
	}

	@Test
	void showsTheSignInWhenTheUserIsSignedOutElsewhere() throws IOException {
		ChromeDriver ada = openDesk("");
		this.tokens.setRoles("ada");
		this.connections.closeUser("ada");
		waitForSignIn(ada);
		screenshot(ada, "signed-out-page-desktop", 1440, 900);
		screenshot(ada, "signed-out-page-phone", 390, 844);
		this.tokens.setRoles("ada", "USER", "READER");
		ada.findElement(By.linkText("Sign in")).click();
		signIn(ada);
		waitFor(ada, (page) -> output(page, "status").equals("open"));
	}

	@Test
	void showsTheSignInWhenTheSessionOfTheTicketEndsInAnotherTab() {
		ChromeDriver ada = openDesk("ticket");
		signOutInAnotherTab(ada);
		waitForSignIn(ada);
	}

	@ParameterizedTest
	@CsvSource({ "expiry.md, Good morning", "tickets.md, Opened by ada" })
	void runsTheExampleOfTheDocument(String document, String result) throws IOException {
		ChromeDriver ada = browse();
		signIn(ada);
		ada.get("http://localhost:%d/example.html".formatted(this.port));
		ada.executeScript(
				"""
						console.log = (logged) => (document.querySelector("output").textContent = logged);
						const script = Object.assign(document.createElement("script"), { type: "module", textContent: arguments[0] });
						document.body.append(script);
						""",
				example(document));
		waitFor(ada, (page) -> output(page, "logged").equals(result));
		signOutInAnotherTab(ada);
		waitFor(ada, (page) -> page.getCurrentUrl().endsWith("/login?auth.authentication_required"));
	}

	/** Returns the first script of a document, with the address of our client. */
	private static String example(String document) throws IOException {
		Matcher script = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(Path.of("../docs", document)));
		assertThat(script.find()).isTrue();
		return script.group(1).replace("\"rivet-events-client\"", "\"/rivet-events/rivet-events-client.js\"");
	}

	private void signOutInAnotherTab(ChromeDriver browser) {
		String tab = browser.getWindowHandle();
		browser.switchTo().newWindow(WindowType.TAB).get("http://localhost:%d/logout".formatted(this.port));
		browser.findElement(By.cssSelector("button[type=submit]")).click();
		waitFor(browser, (page) -> page.getCurrentUrl().contains("/login?"));
		browser.close();
		browser.switchTo().window(tab);
	}

	private void waitForSignIn(ChromeDriver browser) {
		waitFor(browser, (page) -> page.findElement(By.id("sign-in")).isDisplayed());
		assertThat(output(browser, "status")).startsWith("closed: ");
		assertThat(this.connections.count()).isZero();
	}

	private static String output(ChromeDriver browser, String id) {
		return browser.findElement(By.id(id)).getText();
	}

	private static int number(ChromeDriver browser, String id) {
		return Integer.parseInt(output(browser, id));
	}

}

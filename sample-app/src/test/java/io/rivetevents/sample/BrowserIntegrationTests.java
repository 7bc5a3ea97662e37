/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.Select;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import io.rivetevents.delivery.OutboundRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two people in two browsers.
 */
@BrowserRequired
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrowserIntegrationTests extends BrowserSupport {

	@LocalServerPort
	private int port;

	@Autowired
	private OutboundRegistry connections;

	@Test
	void twoUsersSeeEachOthersMessages() throws IOException {
		ChromeDriver ada = openAs("ada");
		ChromeDriver guest = open();
		waitFor(ada, (browser) -> people(browser).size() == 2);
		say(ada, "Hello from the engine room");
		waitFor(guest, (browser) -> messages(browser).contains("Hello from the engine room"));
		say(guest, "<b>Hello</b> back");
		waitFor(ada, (browser) -> messages(browser).contains("<b>Hello</b> back"));
		assertThat(ada.findElements(By.cssSelector("[data-testid=message][data-user=ada]"))).isNotEmpty();
		screenshot(ada, "chat-desktop", 1280, 800);
		screenshot(guest, "chat-phone", 390, 844);
	}

	@Test
	void historyIsThereForWhoComesLater() {
		ChromeDriver early = open();
		early.findElement(testId("room-random")).click();
		waitFor(early, (browser) -> status(browser).equals("open"));
		say(early, "First!");
		waitFor(early, (browser) -> messages(browser).contains("First!"));
		ChromeDriver late = open();
		assertThat(messages(late)).doesNotContain("First!");
		late.findElement(testId("room-random")).click();
		waitFor(late, (browser) -> messages(browser).contains("First!"));
	}

	@Test
	void tellsWhatIsWrongWithAMessage() {
		ChromeDriver browser = open();
		say(browser, "x".repeat(501));
		waitFor(browser, (current) -> current.findElement(testId("error")).getText().contains("between 0 and 500"));
	}

	@Test
	void connectionsEndAtLogout() {
		ChromeDriver ada = openAs("ada");
		ChromeDriver linus = openAs("linus");
		waitFor(linus, (browser) -> people(browser).equals(List.of("ada", "linus")));
		ada.switchTo().newWindow(WindowType.TAB).get(url());
		waitFor(ada, (browser) -> status(browser).equals("open"));
		int before = this.connections.size();
		ada.findElement(testId("logout")).click();
		// both of ada's tabs lose their connection
		waitFor(linus, (browser) -> !people(browser).contains("ada"));
		waitFor(ada, (browser) -> text(browser, "me").startsWith("guest-"));
		waitFor(linus, (browser) -> people(browser).contains("linus"));
		assertThat(before).isGreaterThanOrEqualTo(3);
		assertThat(ada.findElement(testId("login-ended")).isDisplayed()).isFalse();
		String other = ada.getWindowHandles().iterator().next();
		ada.switchTo().window(other);
		waitFor(ada, (browser) -> browser.findElement(testId("login-ended")).isDisplayed());
		ada.findElement(testId("login-cancel")).click();
		waitFor(ada, (browser) -> text(browser, "me").startsWith("guest-") && status(browser).equals("open"));
	}

	@Test
	void asksAUserToSignInAgainWhoIsSignedOutElsewhere() throws IOException {
		ChromeDriver ada = openAs("ada");
		say(ada, "x".repeat(501));
		waitFor(ada, (browser) -> text(browser, "error").contains("between 0 and 500"));
		String first = ada.getWindowHandle();
		ada.switchTo().newWindow(WindowType.TAB).get(url());
		waitFor(ada, (browser) -> text(browser, "me").equals("ada") && status(browser).equals("open"));
		ada.findElement(testId("logout")).click();
		ada.switchTo().window(first);
		waitFor(ada, (browser) -> browser.findElement(testId("login-ended")).isDisplayed());
		assertThat(text(ada, "login-ended")).contains("signed out");
		assertThat(text(ada, "banner")).contains("signed out");
		assertThat(status(ada)).isEqualTo("closed");
		assertThat(value(ada, "message-input")).isEqualTo("x".repeat(501));
		assertThat(value(ada, "username")).isEqualTo("ada");
		screenshot(ada, "signed-out-desktop", 1440, 900);
		screenshot(ada, "signed-out-phone", 390, 844);
		ada.switchTo().activeElement().sendKeys("ada" + Keys.ENTER);
		waitFor(ada, (browser) -> text(browser, "me").equals("ada") && status(browser).equals("open"));
		assertThat(ada.findElement(testId("login-ended")).isDisplayed()).isFalse();
	}

	@Test
	void playersSeeEachOtherMove() throws IOException {
		ChromeDriver ada = openAs("ada");
		ChromeDriver linus = openAs("linus");
		ada.findElement(testId("tab-game")).click();
		linus.findElement(testId("tab-game")).click();
		waitFor(ada, (browser) -> !place(browser, "linus").isEmpty());
		waitFor(linus, (browser) -> !place(browser, "ada").isEmpty());
		String before = place(linus, "ada");
		WebElement field = ada.findElement(testId("field"));
		new Actions(ada).click(field).sendKeys(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP).perform();
		waitFor(linus, (browser) -> place(browser, "ada").contains("left: 42%"));
		assertThat(place(linus, "ada")).isNotEqualTo(before);
		screenshot(linus, "game-desktop", 1280, 800);
		screenshot(ada, "game-phone", 390, 844);
		ada.findElement(testId("tab-chat")).click();
		waitFor(linus, (browser) -> place(browser, "ada").isEmpty());
	}

	@Test
	void tellsAUserInAnotherRoomOfAMention() throws IOException {
		ChromeDriver ada = openAs("ada");
		ChromeDriver linus = openAs("linus");
		ada.findElement(testId("room-random")).click();
		waitFor(ada, (browser) -> status(browser).equals("open"));
		say(linus, "Have a look, @ada");
		waitFor(ada, (browser) -> toasts(browser).contains("linus mentioned you in general\nHave a look, @ada"));
		screenshot(ada, "mention-desktop", 1280, 800);
		assertThat(toasts(linus)).isEmpty();
		ada.findElement(testId("tab-game")).click();
		waitFor(ada, (browser) -> status(browser).equals("open"));
		say(linus, "And @ada again");
		waitFor(ada, (browser) -> toasts(browser).contains("linus mentioned you in general\nAnd @ada again"));
	}

	@Test
	void playersWhisperToOneAnother() throws IOException {
		ChromeDriver ada = openAs("ada");
		ChromeDriver linus = openAs("linus");
		ChromeDriver guest = open();
		for (ChromeDriver browser : List.of(ada, linus, guest)) {
			browser.findElement(testId("tab-game")).click();
		}
		waitFor(ada, (browser) -> texts(browser, "[data-testid=whisper-to] option").contains("linus"));
		new Select(ada.findElement(testId("whisper-to"))).selectByValue("linus");
		ada.findElement(testId("whisper-text")).sendKeys("Meet me in the corner");
		ada.findElement(testId("whisper-send")).click();
		waitFor(linus, (browser) -> toasts(browser).contains("ada whispers\nMeet me in the corner"));
		screenshot(linus, "whisper-phone", 390, 844);
		assertThat(toasts(guest)).isEmpty();
	}

	@Test
	void keepsWhatIsTypedWhileAMessageIsUnderWay() {
		ChromeDriver ada = openAs("ada");
		typeAndGoOn(ada, "message-input", "The first", "the second");
		waitFor(ada, (browser) -> messages(browser).contains("The first"));
		assertThat(value(ada, "message-input")).isEqualTo("the second");
		typeAndGoOn(ada, "message-input", "x".repeat(501), "and on");
		waitFor(ada, (browser) -> text(browser, "error").contains("between 0 and 500"));
		assertThat(value(ada, "message-input")).isEqualTo("x".repeat(501) + " and on");
	}

	@Test
	void keepsWhatIsTypedWhileAWhisperIsUnderWay() {
		ChromeDriver ada = openAs("ada");
		ChromeDriver linus = openAs("linus");
		ada.findElement(testId("tab-game")).click();
		linus.findElement(testId("tab-game")).click();
		waitFor(ada, (browser) -> texts(browser, "[data-testid=whisper-to] option").contains("linus"));
		new Select(ada.findElement(testId("whisper-to"))).selectByValue("linus");
		typeAndGoOn(ada, "whisper-text", "The first", "the second");
		waitFor(linus, (browser) -> toasts(browser).contains("ada whispers\nThe first"));
		assertThat(value(ada, "whisper-text")).isEqualTo("the second");
	}

	@Test
	void doesNotWhisperToAnotherThanTheOneWhoWasChosen() {
		ChromeDriver ada = openAs("ada");
		ChromeDriver linus = openAs("linus");
		ChromeDriver guest = open();
		for (ChromeDriver browser : List.of(ada, linus, guest)) {
			browser.findElement(testId("tab-game")).click();
		}
		waitFor(ada, (browser) -> texts(browser, "[data-testid=whisper-to] option").size() == 2);
		new Select(ada.findElement(testId("whisper-to"))).selectByValue("linus");
		linus.findElement(testId("tab-chat")).click();
		waitFor(ada, (browser) -> !texts(browser, "[data-testid=whisper-to] option").contains("linus"));
		typeAndGoOn(ada, "whisper-text", "For linus alone", "");
		waitFor(ada, (browser) -> toasts(browser).toString().contains("linus is not here"));
		linus.findElement(testId("tab-game")).click();
		waitFor(ada, (browser) -> value(browser, "whisper-to").equals("linus"));
		assertThat(toasts(guest)).isEmpty();
	}

	@Test
	void leavesTheGameBeforeItsPlayersAreKnown() {
		ChromeDriver ada = openAs("ada");
		ada.executeScript("""
				window.unhandled = [];
				addEventListener("unhandledrejection", (event) => window.unhandled.push(String(event.reason)));
				document.querySelector("#tab-game").click();
				const pill = document.querySelector("[data-testid=status]");
				new MutationObserver((_, observer) => {
					if (pill.dataset.status === "open") {
						observer.disconnect();
						document.querySelector("#tab-chat").click();
						window.left = true;
					}
				}).observe(pill, { attributes: true });
				""");
		waitFor(ada, (browser) -> Boolean.TRUE.equals(browser.executeScript("return window.left")));
		waitFor(ada, (browser) -> status(browser).equals("open"));
		assertThat(ada.executeScript("return window.unhandled.join()")).isEqualTo("");
		assertThat(place(ada, "ada")).isEmpty();
	}

	/** Send a text, and type more of it before there can be an answer. */
	private static void typeAndGoOn(ChromeDriver browser, String testId, String text, String more) {
		browser.executeScript("""
				const input = document.querySelector(`[data-testid=${arguments[0]}]`);
				input.value = arguments[1];
				input.form.requestSubmit();
				input.value = input.value.replace(arguments[1], "") + arguments[2];
				""", testId, text, more);
	}

	private static String value(ChromeDriver browser, String testId) {
		return String.valueOf(browser.findElement(testId(testId)).getDomProperty("value"));
	}

	@Override
	String url() {
		return "http://localhost:%d/".formatted(this.port);
	}

}

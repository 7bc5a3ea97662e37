/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.ExpectedCondition;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * Opens browsers and looks at the sample's page in them.
 */
abstract class BrowserSupport {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	private final List<ChromeDriver> browsers = new ArrayList<>();

	@AfterEach
	void closeBrowsers() {
		this.browsers.forEach(ChromeDriver::quit);
		this.browsers.clear();
	}

	static List<String> toasts(ChromeDriver browser) {
		return texts(browser, "[data-testid=toast]");
	}

	/** Open the page, whatever it shows. */
	ChromeDriver browse() {
		ChromeDriver browser = launch();
		this.browsers.add(browser);
		browser.get(url());
		return browser;
	}

	/** Starts a browser, which the caller ends. */
	static ChromeDriver launch() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(BrowserRequired.Tool.CHROME.find().orElseThrow());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--window-size=1280,800");
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(new File(BrowserRequired.Tool.CHROMEDRIVER.find().orElseThrow()))
			.build();
		return new ChromeDriver(service, options);
	}

	/** Open the sample's page, and wait until it is connected. */
	ChromeDriver open() {
		return opened(browse());
	}

	static ChromeDriver opened(ChromeDriver browser) {
		waitFor(browser, (current) -> status(current).equals("open"));
		return browser;
	}

	/** Where the page is. */
	abstract String url();

	ChromeDriver openAs(String name) {
		ChromeDriver browser = open();
		login(browser, name);
		return browser;
	}

	static void login(ChromeDriver browser, String name) {
		browser.findElement(testId("login-open")).click();
		browser.findElement(testId("username")).sendKeys(name);
		browser.findElement(testId("password")).sendKeys(name);
		browser.findElement(testId("login-submit")).click();
		waitFor(browser, (current) -> text(current, "me").equals(name) && status(current).equals("open"));
	}

	static void say(ChromeDriver browser, String text) {
		browser.findElement(testId("message-input")).sendKeys(text);
		browser.findElement(testId("send")).click();
	}

	static List<String> messages(ChromeDriver browser) {
		return texts(browser, "[data-testid=message] p");
	}

	static List<String> people(ChromeDriver browser) {
		return texts(browser, "[data-testid=person]");
	}

	/**
	 * In one step: between two, the page may have replaced an element that the first one
	 * has found.
	 */
	@SuppressWarnings("unchecked")
	static List<String> texts(ChromeDriver browser, String selector) {
		String script = "return Array.from(document.querySelectorAll(arguments[0]), (found) => found.innerText)";
		return (List<String>) Objects.requireNonNull(browser.executeScript(script, selector));
	}

	/** The position of a player; empty for an absent player. */
	static String place(ChromeDriver browser, String name) {
		String script = "return document.querySelector(arguments[0])?.getAttribute('style') ?? ''";
		return String.valueOf(browser.executeScript(script, "[data-player='%s']".formatted(name)));
	}

	static String text(ChromeDriver browser, String testId) {
		return browser.findElement(testId(testId)).getText();
	}

	static String status(ChromeDriver browser) {
		return String.valueOf(browser.findElement(testId("status")).getDomAttribute("data-status"));
	}

	static By testId(String name) {
		return By.cssSelector("[data-testid='%s']".formatted(name));
	}

	static void waitFor(ChromeDriver browser, ExpectedBrowser expectation) {
		ExpectedCondition<Boolean> condition = (driver) -> expectation.holds(browser);
		new WebDriverWait(browser, PATIENCE, Duration.ofMillis(50)).ignoring(RuntimeException.class).until(condition);
	}

	/** What a person would see after a moment. */
	interface ExpectedBrowser {

		boolean holds(ChromeDriver browser);

	}

	/** Sets the size of the window, and the color scheme that the system prefers. */
	static void emulate(ChromeDriver browser, int width, int height, String scheme) {
		browser.executeCdpCommand("Emulation.setDeviceMetricsOverride",
				Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
		browser.executeCdpCommand("Emulation.setEmulatedMedia",
				Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
	}

	static void screenshot(ChromeDriver browser, String name, int width, int height) throws IOException {
		browser.manage().window().setSize(new Dimension(width, height));
		screenshot(browser, name);
	}

	static void screenshot(ChromeDriver browser, String name) throws IOException {
		Path file = Path.of("target", "screenshots", name + ".png");
		Files.createDirectories(file.getParent());
		Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

import io.rivetevents.sample.BrowserRequired.Tool;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documentation site as {@code .ci/site} builds it, below a path of a static file
 * server.
 */
@BrowserRequired
@ExtendWith(Npm.Condition.class)
class DocumentationSiteTests extends BrowserSupport {

	private static final Path SITE = Path.of("target", "documentation").toAbsolutePath();

	private static final String BASE = "/manual/";

	private static final Set<String> PICTURED = Set.of("index", "getting-started", "limits");

	private static Axe axe;

	private static SiteServer server;

	@BeforeAll
	static void build() throws Exception {
		axe = Axe.install();
		Npm.execute(new File(".."),
				Map.of("RIVET_SITE", SITE.toString(), "RIVET_SITE_BASE", BASE, "RIVET_CLASSPATH",
						System.getProperty("java.class.path"), "RIVET_NPM", Tool.NPM.find().orElseThrow(), "JAVA_HOME",
						System.getProperty("java.home")),
				List.of("bash", ".ci/site"));
		server = new SiteServer(SITE, BASE);
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
	}

	@Override
	String url() {
		return server.uri().toString();
	}

	@Test
	void leadsToEachPageAndToNothingThatIsMissing() throws Exception {
		SiteLinks links = SiteLinks.of(server.uri());
		assertThat(links.broken()).isEmpty();
		assertThat(links.loadedFromElsewhere()).isEmpty();
		assertThat(links.files()).containsAll(pages().stream().map((page) -> page + ".html").toList())
			.contains("api/index.html", "api/io/rivetevents/annotation/Actor.html");
	}

	@Test
	void hasATitleAndANavigation() throws IOException {
		ChromeDriver browser = browse();
		assertThat(browser.getTitle()).contains("rivet-events");
		assertThat(texts(browser, "nav .VPNavBarMenuLink")).contains("Guides", "Configuration", "Javadoc");
		assertThat(browser.findElements(By.cssSelector(".VPSidebar .link"))).hasSameSizeAs(pages());
		browser.findElement(By.linkText("Javadoc")).click();
		waitFor(browser, (current) -> current.getTitle().contains("rivet-events API"));
	}

	@Test
	void findsAHeading() throws IOException {
		String heading = firstHeading("protocol");
		ChromeDriver browser = browse();
		browser.findElement(By.cssSelector("#local-search button")).click();
		waitFor(browser, (current) -> current.findElement(By.id("localsearch-input")).isDisplayed());
		browser.findElement(By.id("localsearch-input")).sendKeys(heading);
		By found = By.xpath("//a[contains(@class, 'result') and contains(@href, 'protocol.html#')]"
				+ "[contains(normalize-space(.), '%s')]".formatted(heading));
		waitFor(browser, (current) -> current.findElement(found).isDisplayed());
		assertThat(obstacles(browser)).isEmpty();
		screenshot(browser, "site-search");
		browser.findElement(found).click();
		waitFor(browser, (current) -> current.getCurrentUrl().contains("protocol.html#"));
		WebElement target = browser.findElement(By.id(URI.create(browser.getCurrentUrl()).getFragment()));
		assertThat(target.getText()).isEqualTo(heading);
	}

	private static String firstHeading(String page) throws IOException {
		return Files.readAllLines(Path.of("../docs", page + ".md"))
			.stream()
			.filter((line) -> line.startsWith("## "))
			.findFirst()
			.orElseThrow()
			.substring(3);
	}

	@ParameterizedTest
	@CsvSource({ "1440, 900, light", "360, 740, dark" })
	void canBeReadByEveryone(int width, int height, String scheme) throws IOException {
		ChromeDriver browser = browse();
		emulate(browser, width, height, scheme);
		for (String page : pages()) {
			open(browser, page);
			if (PICTURED.contains(page)) {
				screenshot(browser, "site-%s-%d-%s".formatted(page, width, scheme));
			}
			assertThat(obstacles(browser)).as(page).isEmpty();
			assertThat(overflow(browser)).as("width of " + page).isZero();
			assertThat(elsewhere(browser)).as("loaded by " + page).isEmpty();
			assertThat(browser.manage().logs().get(LogType.BROWSER)).extracting(LogEntry::getMessage)
				.as("console of " + page)
				.isEmpty();
		}
	}

	/** Opens a page and waits until its script has taken it over. */
	private static void open(ChromeDriver browser, String page) {
		browser.get(server.uri().resolve(page + ".html").toString());
		waitFor(browser, (current) -> Boolean.TRUE
			.equals(current.executeScript("return document.getElementById('app').__vue_app__ !== undefined")));
	}

	private static List<String> obstacles(ChromeDriver browser) {
		return axe.violations(browser)
			.stream()
			.filter((found) -> found.startsWith("critical") || found.startsWith("serious"))
			.toList();
	}

	/** Returns by how many pixels the page is wider than the window. */
	private static long overflow(ChromeDriver browser) {
		return (Long) Objects.requireNonNull(browser.executeScript("""
				const { scrollWidth, clientWidth } = document.documentElement;
				return scrollWidth - clientWidth;
				"""));
	}

	@SuppressWarnings("unchecked")
	private static List<String> elsewhere(ChromeDriver browser) {
		return (List<String>) Objects.requireNonNull(browser.executeScript("""
				return performance.getEntriesByType("resource")
					.map(({ name }) => name)
					.filter((name) => !name.startsWith(location.origin) && !name.startsWith("data:"));
				"""));
	}

	private static List<String> pages() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("../docs"))) {
			return files.map((file) -> file.getFileName().toString())
				.filter((name) -> name.endsWith(".md"))
				.map((name) -> name.substring(0, name.length() - ".md".length()))
				.sorted()
				.toList();
		}
	}

}

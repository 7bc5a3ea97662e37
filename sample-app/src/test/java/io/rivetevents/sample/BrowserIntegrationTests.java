package io.rivetevents.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.support.ui.ExpectedCondition;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import io.rivetevents.connection.ConnectionRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two people in two browsers.
 */
@BrowserRequired
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class BrowserIntegrationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(15);

	@LocalServerPort
	private int port;

	@Autowired
	private ConnectionRegistry connections;

	private final List<ChromeDriver> browsers = new ArrayList<>();

	@AfterEach
	void closeBrowsers() {
		this.browsers.forEach(ChromeDriver::quit);
	}

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
		waitFor(early, (browser) -> status(browser).equals("connected"));
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
		ada.switchTo().newWindow(org.openqa.selenium.WindowType.TAB).get(url());
		waitFor(ada, (browser) -> status(browser).equals("connected"));
		int before = this.connections.size();
		ada.findElement(testId("logout")).click();
		// both of ada's tabs lose their connection, and come back as a guest
		waitFor(linus, (browser) -> !people(browser).contains("ada"));
		waitFor(ada, (browser) -> text(browser, "me").startsWith("guest-"));
		waitFor(linus, (browser) -> people(browser).contains("linus"));
		assertThat(before).isGreaterThanOrEqualTo(3);
		String other = ada.getWindowHandles().iterator().next();
		ada.switchTo().window(other);
		waitFor(ada, (browser) -> text(browser, "me").startsWith("guest-"));
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
		waitFor(ada, (browser) -> status(browser).equals("connected"));
		say(linus, "Have a look, @ada");
		waitFor(ada, (browser) -> toasts(browser).contains("linus mentioned you in general\nHave a look, @ada"));
		screenshot(ada, "mention-desktop", 1280, 800);
		assertThat(toasts(linus)).isEmpty();
		ada.findElement(testId("tab-game")).click();
		waitFor(ada, (browser) -> status(browser).equals("connected"));
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

	private static List<String> toasts(ChromeDriver browser) {
		return texts(browser, "[data-testid=toast]");
	}

	private ChromeDriver open() {
		ChromeOptions options = new ChromeOptions();
		options.setBinary(BrowserRequired.Tool.CHROME.find().orElseThrow());
		options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
				"--disable-background-networking", "--disable-component-update", "--disable-sync",
				"--disable-dev-shm-usage", "--window-size=1280,800");
		ChromeDriverService service = new ChromeDriverService.Builder()
			.usingDriverExecutable(new File(BrowserRequired.Tool.CHROMEDRIVER.find().orElseThrow()))
			.build();
		ChromeDriver browser = new ChromeDriver(service, options);
		this.browsers.add(browser);
		browser.get(url());
		waitFor(browser, (current) -> status(current).equals("connected"));
		return browser;
	}

	private String url() {
		return "http://localhost:%d/".formatted(this.port);
	}

	private ChromeDriver openAs(String name) {
		ChromeDriver browser = open();
		login(browser, name);
		return browser;
	}

	private static void login(ChromeDriver browser, String name) {
		browser.findElement(testId("login-open")).click();
		browser.findElement(testId("username")).sendKeys(name);
		browser.findElement(testId("password")).sendKeys(name);
		browser.findElement(testId("login-submit")).click();
		waitFor(browser, (current) -> text(current, "me").equals(name) && status(current).equals("connected"));
	}

	private static void say(ChromeDriver browser, String text) {
		browser.findElement(testId("message-input")).sendKeys(text);
		browser.findElement(testId("send")).click();
	}

	private static List<String> messages(ChromeDriver browser) {
		return texts(browser, "[data-testid=message] p");
	}

	private static List<String> people(ChromeDriver browser) {
		return texts(browser, "[data-testid=person]");
	}

	/**
	 * In one step: between two, the page may have replaced an element that the first one
	 * has found.
	 */
	@SuppressWarnings("unchecked")
	private static List<String> texts(ChromeDriver browser, String selector) {
		String script = "return Array.from(document.querySelectorAll(arguments[0]), (found) => found.innerText)";
		return (List<String>) Objects.requireNonNull(browser.executeScript(script, selector));
	}

	/** Where a player stands; empty for one who is not there. */
	private static String place(ChromeDriver browser, String name) {
		String script = "return document.querySelector(arguments[0])?.getAttribute('style') ?? ''";
		return String.valueOf(browser.executeScript(script, "[data-player='%s']".formatted(name)));
	}

	private static String text(ChromeDriver browser, String testId) {
		return browser.findElement(testId(testId)).getText();
	}

	private static String status(ChromeDriver browser) {
		return String.valueOf(browser.findElement(testId("status")).getDomAttribute("data-status"));
	}

	private static By testId(String name) {
		return By.cssSelector("[data-testid='%s']".formatted(name));
	}

	private static void waitFor(ChromeDriver browser, ExpectedBrowser expectation) {
		ExpectedCondition<Boolean> condition = (driver) -> expectation.holds(browser);
		new WebDriverWait(browser, PATIENCE, Duration.ofMillis(50)).ignoring(RuntimeException.class).until(condition);
	}

	/** What a person would see after a moment. */
	private interface ExpectedBrowser {

		boolean holds(ChromeDriver browser);

	}

	private static void screenshot(ChromeDriver browser, String name, int width, int height) throws IOException {
		browser.manage().window().setSize(new Dimension(width, height));
		Path file = Path.of("target", "screenshots", name + ".png");
		Files.createDirectories(file.getParent());
		Files.write(file, browser.getScreenshotAs(OutputType.BYTES));
	}

}

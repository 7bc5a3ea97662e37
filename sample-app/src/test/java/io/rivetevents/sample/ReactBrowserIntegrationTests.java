/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ActiveProfiles;

import io.rivetevents.delivery.OutboundRegistry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hooks for React in a browser, in StrictMode.
 */
@BrowserRequired
@ExtendWith(Npm.Condition.class)
@ActiveProfiles("conformance")
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = "spring.web.resources.static-locations=file:../rivet-events-client/target/browser/")
class ReactBrowserIntegrationTests extends BrowserSupport {

	@LocalServerPort
	private int port;

	@Autowired
	private OutboundRegistry connections;

	@BeforeAll
	static void build() throws Exception {
		Npm.installClient();
		Npm.run(Npm.CLIENT, Map.of(), List.of("run", "browser-page"));
	}

	@Override
	String url() {
		return "http://localhost:%d/react.html".formatted(this.port);
	}

	@Test
	void openOneSocketAndBringEvents() {
		ChromeDriver one = browse();
		ChromeDriver other = browse();
		for (ChromeDriver browser : List.of(one, other)) {
			waitFor(browser, (current) -> output(current, "status").equals("open"));
		}
		assertThat(this.connections.size()).isEqualTo(2);
		one.findElement(By.tagName("button")).click();
		for (ChromeDriver browser : List.of(one, other)) {
			waitFor(browser, (current) -> output(current, "count").equals("1"));
		}
	}

	private static String output(ChromeDriver browser, String id) {
		return browser.findElement(By.id(id)).getText();
	}

}

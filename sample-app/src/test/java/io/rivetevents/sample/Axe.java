/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;

import org.openqa.selenium.chrome.ChromeDriver;

/**
 * The rules of axe-core.
 *
 * @param script the text of axe-core
 */
record Axe(String script) {

	static Axe install() throws IOException, InterruptedException {
		Npm.installPublished();
		return new Axe(Files.readString(Npm.PUBLISHED.toPath().resolve("node_modules/axe-core/axe.min.js")));
	}

	/** Returns each as its impact, its rule, and the element in which it was found. */
	@SuppressWarnings("unchecked")
	List<String> violations(ChromeDriver browser) {
		browser.executeScript(this.script);
		return (List<String>) Objects.requireNonNull(browser.executeAsyncScript("""
				const done = arguments[arguments.length - 1];
				axe.run().then(({ violations }) => done(violations.flatMap(({ id, impact, nodes }) =>
					nodes.map(({ html, failureSummary }) => `${impact} ${id}: ${html} ${failureSummary}`))))
					.catch((failure) => done([String(failure)]));
				"""));
	}

}

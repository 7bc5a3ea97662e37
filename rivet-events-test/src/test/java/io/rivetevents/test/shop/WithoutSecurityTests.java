/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import java.io.File;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.autoconfigure.ActorTest;

import static io.rivetevents.test.TestUser.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** The tester in an application without Spring Security on the class path. */
class WithoutSecurityTests {

	@Test
	void hasUsersWithoutRoles() throws Exception {
		URL[] path = Arrays
			.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
				.split(File.pathSeparator))
			.filter((entry) -> !entry.contains("spring-security"))
			.map(WithoutSecurityTests::url)
			.toArray(URL[]::new);
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (URLClassLoader plain = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
			thread.setContextClassLoader(plain);
			Method run = plain.loadClass(Run.class.getName()).getDeclaredMethod("failures");
			run.setAccessible(true);
			assertThat((List<?>) run.invoke(null)).isEmpty();
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static URL url(String entry) {
		try {
			return new File(entry).toURI().toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Runs the cases by the class loader that has loaded it. */
	static final class Run {

		static List<String> failures() {
			SummaryGeneratingListener summary = new SummaryGeneratingListener();
			LauncherFactory.create()
				.execute(LauncherDiscoveryRequestBuilder.request()
					.selectors(DiscoverySelectors.selectClass(Cases.class))
					.build(), summary);
			assertThat(summary.getSummary().getTestsFoundCount()).isOne();
			return summary.getSummary().getFailures().stream().map((each) -> each.getException().toString()).toList();
		}

	}

	@ActorTest
	@Import(Prices.class)
	static class Cases {

		@Autowired
		private ActorTester tester;

		@Test
		void connectsAUser() {
			assertThat(
					getClass().getClassLoader().getResource("org/springframework/security/core/Authentication.class"))
				.isNull();
			this.tester.connect("shop", "a").as(user("one")).open().call("buy", "tea").expectReply(3);
			this.tester.connect("shop", "a").open().call("buy", "tea").expectReply(6);
			assertThatIllegalStateException().isThrownBy(() -> user("one").roles("ADMIN"))
				.withMessageContaining("require Spring Security on the class path");
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.shop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;

import io.rivetevents.test.ActorTester;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

import static org.assertj.core.api.Assertions.assertThat;

/** Test methods that JUnit runs in parallel share the tester of their context. */
class ParallelTests {

	@Test
	void useTheTesterOneAfterTheOther() {
		SummaryGeneratingListener summary = new SummaryGeneratingListener();
		LauncherFactory.create()
			.execute(LauncherDiscoveryRequestBuilder.request()
				.selectors(DiscoverySelectors.selectClass(Cases.class))
				.configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
				.configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
				.configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "3")
				.build(), summary);
		List<Throwable> failures = new ArrayList<>();
		summary.getSummary().getFailures().forEach((failure) -> failures.add(failure.getException()));
		assertThat(failures).isEmpty();
		assertThat(summary.getSummary().getTestsSucceededCount()).isEqualTo(3);
	}

	/** Each test would see the instance of another one. */
	@ActorTest
	@Import(Prices.class)
	@Execution(ExecutionMode.CONCURRENT)
	static class Cases {

		private static final CountDownLatch together = new CountDownLatch(3);

		@Autowired
		private ActorTester tester;

		@Test
		void one() throws InterruptedException {
			check();
		}

		@Test
		void two() throws InterruptedException {
			check();
		}

		@Test
		void three() throws InterruptedException {
			check();
		}

		private void check() throws InterruptedException {
			together.countDown();
			together.await(500, TimeUnit.MILLISECONDS); // they overlap if they can
			TestConnection one = this.tester.connect("shop", "a").subscribe("sold");
			one.call("buy", "tea").expectReply(3);
			one.expectEvent("sold", "tea");
			one.expectNoEvent();
		}

	}

}

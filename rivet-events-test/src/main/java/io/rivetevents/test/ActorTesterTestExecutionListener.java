/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.support.AbstractTestExecutionListener;

/**
 * Gives the {@link ActorTester} of a context to one test method at a time, and resets it
 * after each.
 */
final class ActorTesterTestExecutionListener extends AbstractTestExecutionListener {

	private static final String TESTER = ActorTesterTestExecutionListener.class.getName() + ".tester";

	@Override
	public void beforeTestMethod(TestContext testContext) {
		if (testContext.hasApplicationContext()) {
			testContext.getApplicationContext().getBeanProvider(ActorTester.class).ifAvailable((tester) -> {
				tester.begin();
				testContext.setAttribute(TESTER, tester);
			});
		}
	}

	@Override
	public void afterTestMethod(TestContext testContext) {
		if (testContext.removeAttribute(TESTER) instanceof ActorTester tester) {
			tester.reset();
		}
	}

}

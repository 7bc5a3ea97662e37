/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.Set;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs the tests in which the store decides between two nodes; all of them in the whole
 * extent.
 */
final class EssentialTests implements ExecutionCondition {

	private static final Set<String> NAMES = Set.of("nothingIsLostWhenTheOwnerIsKilled",
			"aNodeThatWasPausedOverwritesNothing");

	@Override
	public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
		boolean runs = Extent.chosen().isWhole()
				|| context.getTestMethod().map((method) -> NAMES.contains(method.getName())).orElse(true);
		return runs ? ConditionEvaluationResult.enabled("")
				: ConditionEvaluationResult.disabled("Runs with " + AbstractClusterTests.WHOLE);
	}

}

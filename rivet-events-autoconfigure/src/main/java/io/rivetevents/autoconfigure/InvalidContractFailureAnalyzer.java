/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.rivetevents.contract.InvalidContractException;

/**
 * Reports a mistake in an interface that declares events, without the stack trace.
 */
final class InvalidContractFailureAnalyzer extends AbstractFailureAnalyzer<InvalidContractException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidContractException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Change the interface as described above. The Javadoc of @Actor(events = ...) lists what it can"
						+ " declare.",
				cause);
	}

}

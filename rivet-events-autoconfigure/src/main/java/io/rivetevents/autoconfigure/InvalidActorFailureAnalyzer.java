/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.rivetevents.invocation.InvalidActorException;

/**
 * Reports a mistake in an actor without the stack trace, which has no frame of the
 * application.
 */
final class InvalidActorFailureAnalyzer extends AbstractFailureAnalyzer<InvalidActorException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidActorException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Change the class as described above. The Javadoc of @Actor and of the annotation of the method lists"
						+ " the supported methods and parameters.",
				cause);
	}

}

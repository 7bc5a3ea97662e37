package io.rivetevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.rivetevents.contract.InvalidContractException;

/**
 * Tells of a mistake in an interface that declares events without the stack.
 */
final class InvalidContractFailureAnalyzer extends AbstractFailureAnalyzer<InvalidContractException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidContractException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Change the interface as the description says. What it may declare is in the Javadoc of"
						+ " @Actor(events = ...).",
				cause);
	}

}

package io.rivetevents.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.rivetevents.invocation.InvalidActorException;

/**
 * Tells of a mistake in an actor without the stack, in which nothing is the
 * application's.
 */
final class InvalidActorFailureAnalyzer extends AbstractFailureAnalyzer<InvalidActorException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidActorException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Change the class as the description says. What methods and parameters of an actor may be is in the"
						+ " Javadoc of @Actor and of the annotation that stands on the method.",
				cause);
	}

}

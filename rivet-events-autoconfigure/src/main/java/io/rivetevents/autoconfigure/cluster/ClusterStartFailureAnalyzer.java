/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

import io.rivetevents.cluster.engine.ClusterStartException;

/**
 * Reports why this node cannot join the others.
 */
final class ClusterStartFailureAnalyzer extends AbstractFailureAnalyzer<ClusterStartException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ClusterStartException cause) {
		return new FailureAnalysis("This node cannot join the cluster. %s.".formatted(cause.problem()),
				cause.action() + ".", cause);
	}

}

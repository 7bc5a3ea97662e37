/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.state;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

import io.rivetevents.redis.store.RedisStateException;

/**
 * Reports why Redis cannot be used as a store.
 */
final class RedisStoreFailureAnalyzer extends AbstractFailureAnalyzer<RedisStateException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, RedisStateException cause) {
		String reason = "%s: %s".formatted(cause.getMessage(),
				NestedExceptionUtils.getMostSpecificCause(cause).getMessage());
		return new FailureAnalysis("Instances cannot be stored. " + StoreFailureAnalyzer.sentence(reason),
				"Check that Redis runs and that the properties spring.data.redis.* are correct,"
						+ " or choose another store with rivet.events.state.store.",
				cause);
	}

}

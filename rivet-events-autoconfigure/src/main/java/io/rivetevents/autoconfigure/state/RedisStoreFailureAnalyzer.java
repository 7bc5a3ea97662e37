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
		return new FailureAnalysis("Instances cannot be stored. " + StoreFailureAnalyzer.sentence(reason(cause)),
				"Check that Redis runs and that the properties spring.data.redis.* are correct,"
						+ " or choose another store with rivet.events.state.store.",
				cause);
	}

	/** The message may contain that of the cause. */
	private static String reason(RedisStateException failure) {
		String message = String.valueOf(failure.getMessage());
		String cause = String.valueOf(NestedExceptionUtils.getMostSpecificCause(failure).getMessage());
		return message.contains(cause) ? message : "%s: %s".formatted(message, cause);
	}

}

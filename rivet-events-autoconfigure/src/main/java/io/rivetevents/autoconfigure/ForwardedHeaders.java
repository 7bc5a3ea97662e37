/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.cloud.CloudPlatform;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.autoconfigure.ServerProperties.ForwardHeadersStrategy;
import org.springframework.core.env.Environment;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;

/**
 * Finds out whether the server or Spring reads forwarded headers.
 */
final class ForwardedHeaders {

	private ForwardedHeaders() {
	}

	/**
	 * Returns whether they are read, by the server or by Spring.
	 * @param server properties of the server, {@code null} if there are none
	 * @param transformer reads them for Spring, {@code null} if there is none
	 * @param environment has the platform that the application runs on
	 */
	static boolean areRead(@Nullable ServerProperties server, @Nullable ForwardedHeaderTransformer transformer,
			Environment environment) {
		if (transformer != null && !transformer.isRemoveOnly()) {
			return true;
		}
		ForwardHeadersStrategy strategy = (server != null) ? server.getForwardHeadersStrategy() : null;
		if (strategy != null) {
			return strategy == ForwardHeadersStrategy.NATIVE;
		}
		CloudPlatform platform = CloudPlatform.getActive(environment);
		return platform != null && platform.isUsingForwardHeaders(); // as the server does
	}

}

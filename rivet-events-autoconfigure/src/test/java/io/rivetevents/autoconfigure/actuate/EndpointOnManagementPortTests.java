/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.test.context.TestPropertySource;

/**
 * The endpoint on a port of its own.
 */
@TestPropertySource(properties = "management.server.port=0")
class EndpointOnManagementPortTests extends AbstractEndpointTests {

	@LocalManagementPort
	private int port;

	@Override
	int endpointPort() {
		return this.port;
	}

}

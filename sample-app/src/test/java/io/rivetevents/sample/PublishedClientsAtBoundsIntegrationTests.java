/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ActiveProfiles;

/**
 * The reaction of the published client to limits of the server that have their own error
 * code, and that no call runs twice. Skipped without Node, unless
 * {@code RIVET_NODE_REQUIRED=true}.
 */
@Tag("alone")
@ExtendWith(Npm.Condition.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.limits.node.connections=2", "rivet.events.limits.body-timeout=500ms",
				"rivet.events.websocket.rejection-delay=10ms" })
@ActiveProfiles("conformance")
class PublishedClientsAtBoundsIntegrationTests {

	@LocalServerPort
	private int port;

	@Test
	void repeatsNoCall() throws Exception {
		Npm.installPublished();
		Npm.run(Npm.PUBLISHED, Map.of("RIVET_ENDPOINT_UNDER_TEST", "http://127.0.0.1:%d/rivet".formatted(this.port)),
				List.of("run", "bounds"));
	}

}

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

/**
 * Our own client in Node with tokens that expire, and with tickets. Skipped without Node,
 * unless {@code RIVET_NODE_REQUIRED=true}.
 */
@Tag("alone")
@ExtendWith(Npm.Condition.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = DeskServer.Application.class,
		properties = { "rivet.events.security.authentication-required=true",
				"rivet.events.security.expiry-grace=1500ms", "rivet.events.limits.principal.connections=6",
				"rivet.events.websocket.rejection-delay=10ms" })
class ClientSignInIntegrationTests {

	@LocalServerPort
	private int port;

	@Test
	void works() throws Exception {
		Npm.installClient();
		Npm.run(Npm.CLIENT, Map.of("RIVET_DESK_URL", "http://127.0.0.1:%d".formatted(this.port)),
				List.of("test", "--", "test/sign-in-server.test.ts"));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ActiveProfiles;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;

/**
 * Our own client in Node: its types, its size, its behavior with this server over
 * WebSocket and Server-Sent Events, and whether the file that is checked in is the result
 * of the build. Skipped without Node, unless {@code RIVET_NODE_REQUIRED=true}.
 */
@Tag("alone")
@ExtendWith(Npm.Condition.class)
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.asyncapi.enabled=true")
@ActiveProfiles("conformance")
class OwnClientIntegrationTests {

	/** Sends an event as the outbox does, which may send it again. */
	@Actor("repeater")
	static class Repeater {

		private final OutboundRegistry connections;

		Repeater(OutboundRegistry connections) {
			this.connections = connections;
		}

		@Action
		int repeat(String event, String id, int times) {
			AddressedEvent repeated = new AddressedEvent(Selection.ALL, true, event, List.of(StringNode.valueOf(id)),
					Set.of(), false, id);
			int queued = 0;
			for (int i = 0; i < times; i++) {
				queued += this.connections.members().dispatch(repeated).queued();
			}
			return queued;
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	@Import(Repeater.class)
	static class Actors {

	}

	@LocalServerPort
	private int port;

	@Test
	void works() throws Exception {
		// whose types are compared with ours
		Npm.installPublished();
		Npm.installClient();
		Npm.run(Npm.CLIENT, Map.of(), List.of("run", "types"));
		Npm.run(Npm.CLIENT, Map.of(), List.of("run", "check"));
		Npm.run(Npm.CLIENT, Map.of("RIVET_URL", "http://127.0.0.1:%d/rivet".formatted(this.port)), List.of("test"));
	}

}

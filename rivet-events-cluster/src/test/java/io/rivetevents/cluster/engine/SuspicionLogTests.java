/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.time.Duration;
import java.util.List;

import org.jgroups.JChannel;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TCP;
import org.jgroups.stack.ProtocolStack.Position;
import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.LogLines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What the log has of a node that sends nothing for a while.
 */
class SuspicionLogTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Duration FAILURE_TIMEOUT = Duration.ofSeconds(1);

	private final List<Integer> ports = Node.freePorts(2);

	private Node start(int port) {
		return new Node("logged", port, Node.discovery(this.ports), FAILURE_TIMEOUT).start();
	}

	@Test
	void aNodeThatIsRemovedWasSuspectedBefore() throws Exception {
		try (LogLines log = new LogLines(JGroupsEngine.class);
				Node first = start(this.ports.get(0));
				Node silent = start(this.ports.get(1))) {
			await().atMost(PATIENCE).until(() -> first.nodes().size() == 2);
			JChannel channel = ((JGroupsEngine) silent.engine).channel();
			channel.getProtocolStack().insertProtocol(new DISCARD().discardAll(true), Position.ABOVE, TCP.class);
			await().atMost(PATIENCE).until(() -> first.nodes().size() == 1);
			String description = "%s (127.0.0.1:%d)".formatted(silent.name, silent.port);
			String suspected = "Node %s is suspected: its connection is closed, or it has sent nothing for a while."
				.formatted(description);
			String removed = "Node %s does not answer and was removed, 1 node in 'logged'.".formatted(description);
			List<String> ofIt = log.lines()
				.stream()
				.filter((line) -> line.startsWith(suspected) || line.startsWith(removed))
				.toList();
			assertThat(ofIt).hasSizeGreaterThanOrEqualTo(2);
			assertThat(ofIt.get(0)).startsWith(suspected);
			assertThat(ofIt).last().asString().startsWith(removed);
		}
	}

}

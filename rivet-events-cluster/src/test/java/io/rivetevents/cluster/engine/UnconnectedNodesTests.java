/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.engine.JdbcDiscovery.Row;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reports of nodes that use the same tables and are not connected.
 */
class UnconnectedNodesTests {

	private static final Discovery.Entry OWN = new Discovery.Entry("shop", "own",
			new InetSocketAddress("10.0.0.1", 7800));

	private final UnconnectedNodes nodes = new UnconnectedNodes();

	private int time;

	@Test
	void reportsANodeThatRunsAndIsNotConnectedOnce() {
		assertThat(rounds(UnconnectedNodes.RENEWALS, Set.of(), "shop")).isEmpty();
		assertThat(rounds(1, Set.of(), "shop")).singleElement()
			.asString()
			.startsWith("Node other0 at 10.0.0.2:7800 uses the same tables, but is not connected");
		assertThat(rounds(10, Set.of(), "shop")).isEmpty();
		rounds(1, Set.of("other0"), "shop");
		assertThat(rounds(10, Set.of(), "shop")).hasSize(1);
	}

	@Test
	void reportsNoNodeThatIsConnectedOrDoesNotRun() {
		assertThat(rounds(10, Set.of("other0"), "shop")).isEmpty();
		List<Row> killed = List.of(row("killed", "shop"), row("own", "shop"));
		for (int round = 0; round < 10; round++) {
			assertThat(this.nodes.check(killed, OWN, Set.of())).isEmpty();
		}
	}

	@Test
	void reportsAnotherClusterOnce() {
		assertThat(rounds(10, Set.of(), "chat", "chat", "game")).hasSize(2)
			.anySatisfy((text) -> assertThat(text).startsWith("Nodes of the cluster 'chat' use the same tables"))
			.anySatisfy((text) -> assertThat(text).startsWith("Nodes of the cluster 'game' use the same tables"));
	}

	/** Each round renews the rows of this node and of a node for each cluster. */
	private List<String> rounds(int count, Set<String> connected, String... clusters) {
		List<String> messages = new ArrayList<>();
		for (int round = 0; round < count; round++) {
			List<Row> rows = new ArrayList<>();
			Stream.of(clusters).forEach((cluster) -> rows.add(row("other" + rows.size(), cluster)));
			rows.add(row("own", "shop"));
			messages.addAll(this.nodes.check(rows, OWN, connected));
		}
		return messages;
	}

	private Row row(String node, String cluster) {
		return new Row(node, "%d 10.0.0.2:7800 %s".formatted(++this.time, cluster));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.engine.JdbcDiscovery.Row;

/**
 * Finds nodes that renew their row but are not connected to this node: both save the same
 * instances, and each refuses what the other has saved. Not safe for use by several
 * threads.
 */
final class UnconnectedNodes {

	/** Renewals of a row, one every five seconds, after which its node is reported. */
	static final int RENEWALS = 3;

	/** By name of the node; one for each row of the table at most. */
	private final Map<String, Renewals> renewals = new HashMap<>();

	/** Other clusters that have rows and were reported. */
	private final Set<String> clusters = new HashSet<>();

	/**
	 * What was seen of a row.
	 *
	 * @param content its last content
	 * @param count how often it has changed while the node was not connected
	 */
	private record Renewals(String content, int count) {
	}

	/**
	 * Compares the rows with those of the last call. Each node of this cluster is
	 * reported once, until it was connected, and each other cluster once.
	 * @param rows the rows of all clusters
	 * @param own the row of this node
	 * @param connected names of the nodes that are connected to it
	 * @return messages for the log
	 */
	List<String> check(List<Row> rows, Discovery.Entry own, Set<String> connected) {
		Map<String, Renewals> before = Map.copyOf(this.renewals);
		this.renewals.clear();
		this.clusters.retainAll(rows.stream().map(Row::cluster).toList());
		List<String> messages = new ArrayList<>();
		for (Row row : rows) {
			if (row.node().equals(own.node()) || connected.contains(row.node())) {
				continue;
			}
			Renewals renewals = next(before.get(row.node()), row);
			this.renewals.put(row.node(), renewals);
			boolean renewed = !renewals.equals(before.get(row.node()));
			if (renewed && renewals.count() == RENEWALS) {
				String message = message(row, own.cluster());
				if (message != null) {
					messages.add(message);
				}
			}
		}
		return messages;
	}

	private static Renewals next(@Nullable Renewals last, Row row) {
		if (last == null || last.content().equals(row.content())) {
			return Objects.requireNonNullElseGet(last, () -> new Renewals(row.content(), 0));
		}
		return new Renewals(row.content(), Math.min(last.count() + 1, RENEWALS + 1));
	}

	private @Nullable String message(Row row, String cluster) {
		if (row.cluster().equals(cluster)) {
			return "Node %s at %s uses the same tables, but is not connected to this node: check that they reach each other, and compare rivet.events.cluster.ssl.bundle of both"
				.formatted(row.node(), row.address());
		}
		return this.clusters.add(row.cluster())
				? "Nodes of the cluster '%s' use the same tables as those of '%s', such as %s: set one rivet.events.cluster.name for nodes with the same actors, and another rivet.events.state.jdbc.table-prefix for other applications"
					.formatted(row.cluster(), cluster, row.address())
				: null;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.time.Duration;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Settings of an engine.
 *
 * @param cluster name of the cluster; nodes of one name join
 * @param node name of the node, the text form of a random {@link UUID}; another one after
 * each start
 * @param bindAddress address or host name of the network interface that connects the
 * nodes, {@code null} for the private address of this machine
 * @param port port of the connections between nodes; the failure detector listens at
 * {@code port + 100}
 * @param failureTimeout time without a heartbeat after which a node is suspected, at
 * least 100 milliseconds; a closed socket is noticed at once
 * @param discovery finds the other nodes
 * @param configuration location of an own JGroups configuration (XML), which replaces
 * {@code bindAddress}, {@code port}, {@code failureTimeout} and {@code discovery};
 * {@code null} for the stack of this class
 * @param ssl encryption of the messages between nodes, {@code null} for none: then the
 * address must be private
 */
public record JGroupsSettings(String cluster, String node, @Nullable String bindAddress, int port,
		Duration failureTimeout, Discovery discovery, @Nullable String configuration, @Nullable NodeSsl ssl) {

	/** Default port. */
	public static final int DEFAULT_PORT = 7800;

	/** Default time without a heartbeat after which a node is suspected. */
	public static final Duration DEFAULT_FAILURE_TIMEOUT = Duration.ofSeconds(3);

	/** Difference of the ports of the failure detector and of the connections. */
	static final int FAILURE_DETECTOR = 100;

	public JGroupsSettings {
		require(!cluster.isBlank(), "The name of the cluster is empty",
				"Set rivet.events.cluster.name to a name that all nodes share");
		require(!UUID.fromString(node).equals(new UUID(0, 0)), "The name of the node is not random",
				"Use a random UUID");
		require(port > 0 && port <= 65535 - FAILURE_DETECTOR, "Port %d is not possible".formatted(port),
				"Set rivet.events.cluster.port to a port between 1 and %d".formatted(65535 - FAILURE_DETECTOR));
		require(failureTimeout.toMillis() >= 100, "The failure timeout %s is too short".formatted(failureTimeout),
				"Set rivet.events.cluster.failure-timeout to at least 100ms");
	}

	private static void require(boolean condition, String problem, String action) {
		if (!condition) {
			throw new ClusterStartException(problem, action, null);
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.List;
import java.util.Objects;
import java.util.UUID;

import org.jgroups.Address;
import org.jgroups.protocols.DISCARD;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.JGroups;

/**
 * Cuts a node off from others: it discards what they send. Both sides of a cut must do
 * so.
 */
final class Partition {

	private final ClusterEngine engine;

	private @Nullable DISCARD discard;

	Partition(ClusterEngine engine) {
		this.engine = engine;
	}

	/** Discards messages of nodes, which are given by their names. */
	synchronized void cut(List<String> nodes) throws Exception {
		DISCARD protocol = protocol();
		for (String node : nodes) {
			protocol.addIgnoreMember(address(node));
		}
	}

	private DISCARD protocol() throws Exception {
		DISCARD protocol = this.discard;
		if (protocol == null) {
			protocol = new DISCARD();
			ProtocolStack stack = Objects.requireNonNull(JGroups.channel(this.engine), "channel").getProtocolStack();
			stack.insertProtocol(protocol, ProtocolStack.Position.ABOVE, TP.class);
			this.discard = protocol;
		}
		return protocol;
	}

	private static Address address(String node) {
		UUID name = UUID.fromString(node);
		return new org.jgroups.util.UUID(name.getMostSignificantBits(), name.getLeastSignificantBits());
	}

	/** Lets the messages of all nodes pass. */
	synchronized void heal() {
		if (this.discard != null) {
			this.discard.resetIgnoredMembers();
		}
	}

}

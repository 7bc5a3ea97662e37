/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.connection.Connection;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.outbound.Gateway;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * The open connections of a node at one moment, counted by transport and encoding.
 */
final class OpenConnections {

	/** Transport of a connection whose socket is on another node. */
	private static final String NODE = "node";

	private final Map<Kind, Integer> counts = new HashMap<>();

	/**
	 * Transport and encoding of connections.
	 *
	 * @param transport name of the transport
	 * @param encoding the encoding
	 */
	record Kind(String transport, Encoding encoding) {
	}

	/**
	 * Counts connections.
	 * @param outbounds their outbound paths
	 */
	OpenConnections(Collection<Outbound> outbounds) {
		for (Outbound outbound : outbounds) {
			Gateway.Bounds bounds = outbound.bounds();
			if (bounds != null) {
				this.counts.merge(new Kind(transport(bounds), bounds.encoding()), 1, Integer::sum);
			}
		}
	}

	/** Returns the number of connections of a kind. */
	int count(Kind kind) {
		return this.counts.getOrDefault(kind, 0);
	}

	/** Returns the name of the transport of a connection. */
	static String transportOf(Connection<?> connection) {
		return transport((connection instanceof ActorConnection known) ? known.outbound().bounds() : null);
	}

	private static String transport(Gateway.@Nullable Bounds bounds) {
		if (bounds == null) {
			return NODE;
		}
		return bounds.transport().substring(bounds.transport().lastIndexOf('.') + 1);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.io.Resource;
import org.springframework.util.unit.DataSize;

import io.rivetevents.autoconfigure.MayBeZero;

/**
 * Several nodes with the same actors.
 *
 * @param enabled Whether this node joins others. Requires rivet-events-cluster and a
 * store that all nodes share.
 * @param name Name of the cluster: nodes of one name join. Defaults to
 * spring.application.name, or to "rivet".
 * @param discovery How nodes find each other. Defaults to "static" with nodes, otherwise
 * to the store: "jdbc" or "redis".
 * @param nodes Addresses of the nodes as host:port, for the discovery "static". This node
 * may be among them. For "dns" and "kubernetes", names that have the addresses of all
 * nodes.
 * @param bindAddress Address on which this node receives messages of other nodes.
 * Defaults to a private address of this machine.
 * @param port Port on which this node receives messages of other nodes. Without an SSL
 * bundle, the failure detector uses the port with a number that is higher by 100, which
 * must be free too.
 * @param failureTimeout Time without a sign of life after which a node is suspected. A
 * node whose process has ended is detected earlier.
 * @param smallerPart What a node does that is left with fewer than half of the nodes,
 * because the others have failed or cannot be reached.
 * @param smallerPartTimeout Longest time that a node of the smaller part waits for the
 * others, before it continues alone.
 * @param smallerPartSockets Time for which a node of the smaller part keeps the sockets
 * of clients whose actor is on another node. Then it closes them with actor.restarting.
 * @param disconnectGrace Time for which an actor keeps the connections of a failed node,
 * before they count as disconnected.
 * @param leaveTimeout Longest time for which a stopping node hands its actors over to the
 * others. What is not handed over by then is saved, and its clients may miss events. An
 * event for an actor that moves waits as long, then it fails with actor.restarting.
 * @param maxLinkBacklog Maximum size of the messages that wait for one other node. Beyond
 * it they are discarded, and its clients resume from their last event.
 * @param ssl Encryption of the messages between nodes.
 * @param jgroupsConfig Location of a JGroups configuration in XML. It replaces discovery,
 * nodes, bind-address, port and failure-timeout, and must have ordered delivery, flow
 * control, failure detection, membership and merging.
 */
@ConfigurationProperties("rivet.events.cluster")
public record RivetEventsClusterProperties(@DefaultValue("false") boolean enabled, @Nullable String name,
		@Nullable Discovery discovery, @DefaultValue List<String> nodes, @Nullable String bindAddress,
		@DefaultValue("7800") int port, @DefaultValue("3s") Duration failureTimeout,
		@DefaultValue("wait") SmallerPart smallerPart, @DefaultValue("30s") Duration smallerPartTimeout,
		@MayBeZero @DefaultValue("10s") Duration smallerPartSockets,
		@MayBeZero @DefaultValue("10s") Duration disconnectGrace, @MayBeZero @DefaultValue("20s") Duration leaveTimeout,
		@DefaultValue("16MB") DataSize maxLinkBacklog, @DefaultValue Ssl ssl, @Nullable Resource jgroupsConfig) {

	/**
	 * Encryption of the messages between nodes.
	 *
	 * @param bundle Name of the SSL bundle with the certificate of this node and the
	 * certificates that it trusts. Each node must have one. Without it messages are not
	 * encrypted, and the bind-address must be private.
	 */
	public record Ssl(@Nullable String bundle) {

	}

	/**
	 * How nodes find each other.
	 */
	public enum Discovery {

		/** By the addresses in rivet.events.cluster.nodes. */
		STATIC,

		/** By the DNS names in rivet.events.cluster.nodes, without a cache. */
		DNS,

		/**
		 * By DNS, as {@link #DNS}. Without rivet.events.cluster.nodes, the name is that
		 * of a headless service: the name of the cluster, followed by "-nodes".
		 */
		KUBERNETES,

		/** By a table in the database of the store. */
		JDBC,

		/** By a set in the Redis of the store. */
		REDIS

	}

	/**
	 * What a node does that is left with fewer than half of the nodes.
	 */
	public enum SmallerPart {

		/** It stops its actors and waits for the others. */
		WAIT,

		/** It continues. The store decides which of two copies of an instance saves. */
		GO_ON

	}

}

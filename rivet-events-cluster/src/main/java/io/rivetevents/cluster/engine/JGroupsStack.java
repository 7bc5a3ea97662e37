/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

import org.jgroups.JChannel;
import org.jgroups.protocols.FD_ALL3;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.FRAG4;
import org.jgroups.protocols.FlowControl;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.PerDestinationBundler;
import org.jgroups.protocols.RSVP;
import org.jgroups.protocols.TCP;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.VERIFY_SUSPECT2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.Protocol;

/**
 * Builds channels: the protocols, from the network up.
 */
final class JGroupsStack {

	/** Bytes on the way to one node. */
	private static final long CREDITS = 1_000_000;

	/** Time after which a blocked sender requests credits that were lost with a view. */
	private static final long CREDIT_REQUEST = 500;

	/** Time for the answers of other nodes at the start, in milliseconds. */
	private static final long JOIN = 1000;

	/** Requests to other nodes in that time: they may start at the same moment. */
	private static final int JOIN_REQUESTS = 6;

	/**
	 * After so many, less one, a node that has found others that start, or that do not
	 * accept it, becomes the first node of a cluster of its own.
	 */
	private static final int JOIN_ATTEMPTS = 4;

	/** Time for the acknowledgement of a goodbye, in milliseconds. */
	private static final int GOODBYE = 1000;

	private JGroupsStack() {
	}

	/** Creates a channel from the settings. */
	static JChannel create(JGroupsSettings settings, InetAddress address) throws Exception {
		JChannel channel = new JChannel(protocols(settings, address));
		channel.getProtocolStack().getTransport().getDiagnosticsHandler().setEnabled(false);
		return channel;
	}

	/**
	 * Protocols of a node, the lowest one first.
	 */
	private static List<Protocol> protocols(JGroupsSettings settings, InetAddress address) throws Exception {
		List<Protocol> protocols = new ArrayList<>();
		protocols.add(transport(settings, address));
		protocols.add(new DiscoveryProtocol(settings.discovery(), JOIN_REQUESTS));
		// joins what was formed apart
		protocols.add(new MERGE3().setMinInterval(1000).setMaxInterval(3000).setCheckInterval(3100));
		if (settings.ssl() == null) {
			protocols.add(closedSockets(settings, address));
		}
		protocols.addAll(List.of(heartbeats(settings), new SuspicionLog(), new VERIFY_SUSPECT2().setTimeout(500),
				new NAKACK2().useMcastXmit(false),
				// idle connections are kept: closing them has no advantage
				new UNICAST3().setConnExpiryTimeout(0), new STABLE(), membership(), goodbyes(), flowControl(),
				new FRAG4()));
		return protocols;
	}

	/**
	 * Other nodes derive its port from that of the transport; with a second port to try,
	 * they could connect to another process.
	 */
	private static Protocol closedSockets(JGroupsSettings settings, InetAddress address) {
		return new FD_SOCK2().setBindAddress(address).setOffset(JGroupsSettings.FAILURE_DETECTOR).setPortRange(0);
	}

	private static TCP transport(JGroupsSettings settings, InetAddress address) throws Exception {
		TCP transport = new NodeTransport();
		if (settings.ssl() != null) {
			transport.setSocketFactory(settings.ssl().sockets());
			// FD_SOCK2 cannot be encrypted, and FD_SOCK misses a node that fails early
			transport.enableSuspectEvents(true);
		}
		transport.setBindAddress(address).setBindPort(settings.port()).setPortRange(0);
		transport.setSockConnTimeout(1000).tcpNodelay(true);
		// failure detection must not wait behind the virtual threads of the application
		transport.useVirtualThreads(false);
		PerDestinationBundler bundler = new PerDestinationBundler();
		// a thread for each node: one that reads nothing must not stop the others
		bundler.useSingleSenderThread(false);
		transport.setBundler(bundler);
		return transport;
	}

	private static FD_ALL3 heartbeats(JGroupsSettings settings) {
		long timeout = settings.failureTimeout().toMillis();
		FD_ALL3 heartbeats = new FD_ALL3();
		heartbeats.setInterval(timeout / 4);
		return heartbeats.setTimeout(timeout);
	}

	private static GMS membership() {
		return new GMS().setJoinTimeout(JOIN).setMaxJoinAttempts(JOIN_ATTEMPTS).printLocalAddress(false);
	}

	static RSVP goodbyes() {
		return new RSVP().setResendInterval(GOODBYE / 4).setTimeout(GOODBYE).throwExceptionOnTimeout(false);
	}

	private static FlowControl flowControl() {
		return new OrderedFlowControl().setMaxCredits(CREDITS).setMaxBlockTime(CREDIT_REQUEST);
	}

}

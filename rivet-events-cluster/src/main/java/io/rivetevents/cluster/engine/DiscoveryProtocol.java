/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetSocketAddress;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.TCPPING;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.Responses;

/**
 * Sends requests to the addresses that a {@link Discovery} has found. An address without
 * a node gives no answer, so that one that is out of date is never taken for a
 * coordinator.
 */
final class DiscoveryProtocol extends TCPPING {

	private static final Log logger = LogFactory.getLog(DiscoveryProtocol.class);

	private final Discovery discovery;

	/**
	 * Creates a protocol.
	 * @param discovery finds addresses
	 * @param requests how often they are read, and receive a request, while this node
	 * joins: others that start meanwhile are found as well, and so is the one of them
	 * that the others join
	 */
	DiscoveryProtocol(Discovery discovery, int requests) {
		this.discovery = discovery;
		setId(ClassConfigurator.getProtocolId(TCPPING.class));
		this.initial_hosts_set_programmatically = true;
		this.initial_hosts = List.of();
		// a connection attempt to an address without a machine blocks
		asyncDiscovery(true);
		asyncDiscoveryUseSeparateThread(true);
		numDiscoveryRuns(requests);
	}

	@Override
	public void findMembers(List<Address> members, boolean initial, Responses responses) {
		if (initial) {
			refresh();
		}
		super.findMembers(members, initial, responses);
	}

	/** Replaces the addresses; keeps them if no others can be found. */
	void refresh() {
		try {
			this.initial_hosts = this.discovery.find(getClusterName())
				.stream()
				.map(DiscoveryProtocol::address)
				.toList();
		}
		catch (IllegalStateException ex) {
			logger.warn("Other nodes cannot be found at present, will retry: " + ex.getMessage());
		}
	}

	/**
	 * Returns the other addresses that received the last request, as {@code host:port}.
	 */
	List<String> others() {
		return this.initial_hosts.stream()
			.filter((address) -> !address.equals(this.transport.localPhysicalAddress()))
			.map(String::valueOf)
			.toList();
	}

	private static PhysicalAddress address(InetSocketAddress address) {
		return new IpAddress(address.getAddress(), address.getPort());
	}

}

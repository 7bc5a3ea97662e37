/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Takes the addresses from a list. Names are looked up each time, and all addresses of a
 * name count, so that one DNS name may stand for all nodes.
 */
public final class StaticDiscovery implements Discovery {

	private static final Log logger = LogFactory.getLog(StaticDiscovery.class);

	private final List<HostAndPort> hosts;

	/**
	 * Creates an instance. No name is looked up yet.
	 * @param hosts the list, at least one {@code host} or {@code host:port}; an IPv6
	 * address stands in brackets
	 * @param defaultPort port of hosts without one
	 * @throws IllegalStateException if an entry is not valid
	 */
	public StaticDiscovery(List<String> hosts, int defaultPort) {
		if (hosts.isEmpty()) {
			throw new ClusterStartException("The list of nodes is empty", "Add host:port of each node, or of several",
					null);
		}
		this.hosts = hosts.stream().map((host) -> HostAndPort.parse(host, defaultPort)).toList();
	}

	@Override
	public List<InetSocketAddress> find(String cluster) {
		List<InetSocketAddress> found = new ArrayList<>();
		for (HostAndPort each : this.hosts) {
			try {
				for (InetAddress address : InetAddress.getAllByName(each.host())) {
					found.add(new InetSocketAddress(address, each.port()));
				}
			}
			catch (UnknownHostException ex) {
				// a node that has not been started may have no name yet
				logger.debug("No address of node " + each.host() + ", will retry");
			}
		}
		return found;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Finds the address of this machine at which other nodes connect.
 */
final class BindAddress {

	private BindAddress() {
	}

	/**
	 * Returns the configured address, or else the private one of this machine.
	 * @param configured address or host name, {@code null} if none is configured
	 * @throws IllegalStateException if this machine does not have the address
	 */
	static InetAddress resolve(@Nullable String configured) {
		try {
			return (configured != null) ? ownAddress(configured) : siteLocal();
		}
		catch (SocketException ex) {
			throw new ClusterStartException("The network interfaces could not be read: " + ex.getMessage(),
					"Set the bind address", ex);
		}
	}

	/**
	 * Checks that an address can be reached from a private network only.
	 * @throws IllegalStateException if it can be reached from elsewhere
	 */
	static void requirePrivate(InetAddress address) {
		if (!isPrivate(address)) {
			throw new ClusterStartException(
					"The bind address %s is not private, and messages between nodes are not encrypted"
						.formatted(address.getHostAddress()),
					"Set an SSL bundle, or a private address", null);
		}
	}

	/** IPv6 has private addresses (fc00::/7) that Java does not count as such. */
	private static boolean isPrivate(InetAddress address) {
		byte first = address.getAddress()[0];
		return address.isLoopbackAddress() || address.isSiteLocalAddress() || address.isLinkLocalAddress()
				|| (address instanceof Inet6Address && (first & 0xfe) == 0xfc);
	}

	private static InetAddress ownAddress(String configured) throws SocketException {
		try {
			InetAddress address = InetAddress.getByName(configured);
			if (NetworkInterface.getByInetAddress(address) != null) {
				return address;
			}
		}
		catch (UnknownHostException ex) {
			throw new ClusterStartException("The bind address '%s' is not known".formatted(configured), choice(), ex);
		}
		throw new ClusterStartException(
				"The bind address '%s' belongs to no network interface of this machine".formatted(configured), choice(),
				null);
	}

	private static String choice() throws SocketException {
		return "Set one of " + addresses().stream().map(InetAddress::getHostAddress).toList();
	}

	/** The address of the host name is preferred to those of bridges. */
	private static InetAddress siteLocal() throws SocketException {
		List<InetAddress> candidates = addresses().stream().filter(InetAddress::isSiteLocalAddress).toList();
		if (candidates.isEmpty()) {
			throw new ClusterStartException("This machine has no private network address",
					"Set the address that connects the nodes as bind address. " + choice(), null);
		}
		try {
			InetAddress host = InetAddress.getLocalHost();
			return candidates.contains(host) ? host : candidates.get(0);
		}
		catch (UnknownHostException ex) {
			// the host name need not have an address
			return candidates.get(0);
		}
	}

	/** In the order of the interfaces; IPv4 first. */
	private static List<InetAddress> addresses() throws SocketException {
		return NetworkInterface.networkInterfaces()
			.sorted(Comparator.comparingInt(NetworkInterface::getIndex))
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> !address.isLinkLocalAddress())
			.sorted(Comparator.comparing((address) -> !(address instanceof Inet4Address)))
			.toList();
	}

}

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

	private static final String PROPERTY = "rivet.events.cluster.bind-address";

	private BindAddress() {
	}

	/**
	 * Returns the configured address, or else the private one of this machine.
	 * @param configured address or host name, {@code null} if none is configured
	 * @throws IllegalStateException if this machine does not have the address
	 */
	static InetAddress resolve(@Nullable String configured) {
		try {
			return (configured != null) ? ownAddress(configured) : privateAddress();
		}
		catch (SocketException ex) {
			throw new ClusterStartException("The network interfaces could not be read: " + ex.getMessage(),
					"Set %s".formatted(PROPERTY), ex);
		}
	}

	/**
	 * Checks that an address can be reached from a private network only.
	 * @throws IllegalStateException if it can be reached from elsewhere
	 */
	static void requirePrivate(InetAddress address) {
		if (!isPrivate(address) && !address.isLoopbackAddress() && !address.isLinkLocalAddress()) {
			throw new ClusterStartException(
					"The bind address %s is not private, and messages between nodes are not encrypted"
						.formatted(address.getHostAddress()),
					"Set rivet.events.cluster.ssl.bundle, or rivet.events.cluster.bind-address to a private address",
					null);
		}
	}

	/** IPv6 has private addresses (fc00::/7) that Java does not count as such. */
	private static boolean isPrivate(InetAddress address) {
		return address.isSiteLocalAddress()
				|| (address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc);
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
		List<InetAddress> own = addresses();
		List<InetAddress> choice = own.stream().filter((each) -> isPrivate(each) || each.isLoopbackAddress()).toList();
		return "Set %s to one of %s".formatted(PROPERTY, choice.stream().map(InetAddress::getHostAddress).toList());
	}

	private static InetAddress privateAddress() throws SocketException {
		InetAddress found = choose(addresses(), hostAddress());
		if (found == null) {
			throw new ClusterStartException("This machine has no private network address",
					"Set %s to the address that connects the nodes, and rivet.events.cluster.ssl.bundle"
						.formatted(PROPERTY),
					null);
		}
		return found;
	}

	/** The host name need not have an address. */
	private static @Nullable InetAddress hostAddress() {
		try {
			return InetAddress.getLocalHost();
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	/**
	 * Returns the first private address, {@code null} if there is none. IPv4 is
	 * preferred, and the address of the host name to those of bridges.
	 * @param addresses addresses of this machine, in the order of its interfaces
	 * @param host address of the host name, {@code null} if there is none
	 */
	static @Nullable InetAddress choose(List<InetAddress> addresses, @Nullable InetAddress host) {
		List<InetAddress> candidates = addresses.stream()
			.filter(BindAddress::isPrivate)
			.sorted(Comparator.comparing((address) -> !(address instanceof Inet4Address)))
			.toList();
		if (host != null && candidates.contains(host)) {
			return host;
		}
		return candidates.isEmpty() ? null : candidates.get(0);
	}

	private static List<InetAddress> addresses() throws SocketException {
		return NetworkInterface.networkInterfaces()
			.sorted(Comparator.comparingInt(NetworkInterface::getIndex))
			.flatMap(NetworkInterface::inetAddresses)
			.filter((address) -> !address.isLinkLocalAddress())
			.toList();
	}

}

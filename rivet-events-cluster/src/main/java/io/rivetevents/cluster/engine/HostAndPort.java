/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text form of an address: {@code host:port}, with brackets around an IPv6 address.
 *
 * @param host name or address, without brackets
 * @param port the port
 */
public record HostAndPort(String host, int port) {

	private static final Pattern FORM = Pattern.compile("(?:\\[([^]]+)]|([^:\\s]+))(?::(\\d{1,5}))?");

	/**
	 * Parses an address.
	 * @param text the text form
	 * @param defaultPort port of a text without one
	 * @throws IllegalStateException if the text is not an address
	 */
	public static HostAndPort parse(String text, int defaultPort) {
		Matcher matcher = FORM.matcher(text.strip());
		if (!matcher.matches()) {
			throw new ClusterStartException("'%s' is not a node".formatted(text),
					"Write host:port, or [host]:port for IPv6", null);
		}
		String host = (matcher.group(1) != null) ? matcher.group(1) : matcher.group(2);
		int port = (matcher.group(3) != null) ? Integer.parseInt(matcher.group(3)) : defaultPort;
		if (port < 1 || port > 65535) {
			throw new ClusterStartException("'%s' has a port that is not possible".formatted(text),
					"Write a port between 1 and 65535", null);
		}
		return new HostAndPort(host, port);
	}

	/**
	 * Looks up the name, if it is one.
	 * @throws UnknownHostException if it has no address
	 */
	public InetSocketAddress resolve() throws UnknownHostException {
		return new InetSocketAddress(InetAddress.getByName(this.host), this.port);
	}

	/** Returns the text form of a resolved address. */
	public static String format(InetSocketAddress address) {
		String host = address.getAddress().getHostAddress();
		return ((address.getAddress() instanceof Inet6Address) ? "[%s]:%d" : "%s:%d").formatted(host,
				address.getPort());
	}

}

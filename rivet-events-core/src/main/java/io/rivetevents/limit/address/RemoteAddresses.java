/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit.address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Maps remote addresses to shares. All addresses of a 64-bit IPv6 network have one share,
 * since one customer of a provider gets such a network. Loopback and trusted proxies have
 * none.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6177">RFC 6177: IPv6 Address Assignment
 * to End Sites</a>
 */
public final class RemoteAddresses {

	private static final int IPV6_NETWORK_BYTES = 8;

	private static final int IPV4_BYTES = 4;

	private static final Pattern IPV4 = Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|[01]?\\d?\\d)(?:\\.(?!$)|$)){4}");

	/**
	 * The characters of an address; the JDK checks whether it is valid.
	 */
	private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

	private final List<Network> trusted;

	/** Addresses with the same leading bits. */
	private record Network(byte[] address, int bits) {

		static Network parse(String text) {
			int slash = text.indexOf('/');
			String host = (slash < 0) ? text : text.substring(0, slash);
			try {
				byte[] address = literal(host);
				int bits = (slash < 0) ? 8 * address.length : Integer.parseInt(text.substring(slash + 1));
				if (bits < 0 || bits > 8 * address.length) {
					throw new IllegalArgumentException();
				}
				return new Network(address, bits);
			}
			catch (UnknownHostException | IllegalArgumentException ex) {
				throw new IllegalArgumentException(
						"\"%s\" in rivet.events.limits.trusted-proxies is neither an address nor a network such as 10.0.0.0/8"
							.formatted(text));
			}
		}

		/** Accepts no names, which would need a lookup and could change. */
		private static byte[] literal(String host) throws UnknownHostException {
			if (IPV4.matcher(host).matches()) {
				byte[] address = new byte[IPV4_BYTES];
				String[] parts = host.split("\\.");
				for (int i = 0; i < address.length; i++) {
					address[i] = (byte) Integer.parseInt(parts[i]);
				}
				return address;
			}
			if (!IPV6.matcher(host).matches()) {
				throw new IllegalArgumentException("not an address without a zone");
			}
			// in brackets it is a literal or an error, and needs no lookup
			return InetAddress.getByName("[" + host + "]").getAddress();
		}

		boolean contains(byte[] other) {
			if (other.length != this.address.length) {
				return false;
			}
			int whole = this.bits / 8;
			if (!Arrays.equals(this.address, 0, whole, other, 0, whole)) {
				return false;
			}
			int rest = this.bits % 8;
			return rest == 0 || (this.address[whole] ^ other[whole]) >> (8 - rest) == 0;
		}

	}

	/**
	 * Creates the mapping.
	 * @param trusted addresses and networks without a share
	 * @throws IllegalArgumentException if one of them is invalid
	 */
	public RemoteAddresses(List<String> trusted) {
		this.trusted = trusted.stream().map(Network::parse).toList();
	}

	/**
	 * Returns the owner of the share of an address, {@code null} if it has none.
	 */
	public @Nullable String ownerOf(@Nullable InetAddress address) {
		if (address == null || address.isLoopbackAddress() || isTrusted(address)) {
			return null;
		}
		return (address instanceof Inet6Address) ? HexFormat.of().formatHex(address.getAddress(), 0, IPV6_NETWORK_BYTES)
				: address.getHostAddress();
	}

	/**
	 * Returns whether an address belongs to a trusted proxy.
	 */
	public boolean isTrusted(InetAddress address) {
		if (this.trusted.isEmpty()) {
			return false;
		}
		byte[] bytes = address.getAddress();
		return this.trusted.stream().anyMatch((network) -> network.contains(bytes));
	}

}

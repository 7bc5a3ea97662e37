/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

import io.netty.util.NetUtil;
import org.jspecify.annotations.Nullable;

/**
 * Reads the addresses for which proxies forward a request. Host names are not resolved.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7239">RFC 7239: Forwarded HTTP
 * Extension</a>
 */
final class ForwardedFor {

	private static final String FOR = "for=";

	private ForwardedFor() {
	}

	/**
	 * Returns the nodes in {@code X-Forwarded-For} headers; that of the last proxy is
	 * last.
	 * @param values values of the headers in their order
	 */
	static List<String> nodesOfList(List<String> values) {
		List<String> nodes = new ArrayList<>();
		values.forEach((value) -> nodes.addAll(List.of(value.split(",", -1))));
		return nodes;
	}

	/**
	 * Returns the nodes in {@code Forwarded} headers; an empty one for a proxy without a
	 * node. Each comma separates two proxies, even in quotes: a quote that a client
	 * leaves open must not include what a proxy appends, and no node contains a comma.
	 * @param values values of the headers in their order
	 */
	static List<String> nodes(List<String> values) {
		return nodesOfList(values).stream().map(ForwardedFor::node).toList();
	}

	private static String node(String element) {
		String node = "";
		for (String pair : element.split(";")) {
			String text = pair.strip();
			if (text.regionMatches(true, 0, FOR, 0, FOR.length())) {
				node = text.substring(FOR.length());
			}
		}
		return node;
	}

	/**
	 * Returns the address of a node.
	 * @param node an address, with or without port, brackets and quotes; or any other
	 * text
	 * @return {@code null} if it is not an address, but a name, {@code unknown} or
	 * obfuscated
	 */
	static @Nullable InetAddress address(String node) {
		String text = node.strip();
		if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
			text = text.substring(1, text.length() - 1);
		}
		int end = text.indexOf(']');
		if (text.startsWith("[") && end > 0) {
			boolean port = text.length() == end + 1 || text.charAt(end + 1) == ':';
			return port ? literal(text.substring(1, end)) : null;
		}
		int colon = text.indexOf(':');
		boolean port = colon >= 0 && colon == text.lastIndexOf(':');
		return literal(port ? text.substring(0, colon) : text);
	}

	/**
	 * Returns the address that a text contains, {@code null} if it is not an address.
	 */
	static @Nullable InetAddress literal(String text) {
		byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
		try {
			return (bytes != null) ? InetAddress.getByAddress(bytes) : null;
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex); // thrown for a wrong number of bytes
		}
	}

}

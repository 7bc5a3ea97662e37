/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.connection;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.SafeText;

/**
 * Head of the HTTP request with which a client connects or calls an action over HTTP:
 * that of the WebSocket handshake, of the event stream or of the call. Methods with
 * {@code @CanCreate}, {@code @OnBeforeConnect}, {@code @CreateConnState} and
 * {@code @OnConnect} may have a parameter of this type. Put data that is needed later
 * into the connection state: after the client is connected, the head is kept only in a
 * cluster, where these methods are called again if the actor moves to another node.
 * <p>
 * The names and values of its headers have at most {@value #MAX_SIZE} bytes together. A
 * longer request is rejected with {@code request.invalid} if a hook of any actor uses the
 * head. The head contains credentials such as {@code Authorization} and {@code Cookie},
 * so {@code toString} returns only the path. Immutable.
 *
 * @param path path of the URI, as it was encoded
 * @param query query of the URI, as it was encoded; {@code null} if there is none
 * @param headers values of the headers by name, in the order of their lines; names are
 * not case-sensitive
 * @param cookies values of the cookies by name
 * @param remoteAddress address of the client, also as reported by a trusted proxy;
 * {@code null} if it is not known
 * @since 0.1.0
 */
public record RequestHead(String path, @Nullable String query, Map<String, List<String>> headers,
		Map<String, List<String>> cookies, @Nullable InetAddress remoteAddress) {

	/** Maximum size of the header names and values, in bytes. */
	public static final int MAX_SIZE = 16 * 1024;

	public RequestHead {
		headers = copy(headers, new TreeMap<>(String.CASE_INSENSITIVE_ORDER));
		cookies = copy(cookies, new TreeMap<>());
	}

	private static Map<String, List<String>> copy(Map<String, List<String>> values,
			TreeMap<String, List<String>> copy) {
		values.forEach((name, given) -> copy.merge(name, List.copyOf(given), (first, second) -> {
			List<String> both = new ArrayList<>(first);
			both.addAll(second);
			return List.copyOf(both);
		}));
		return Collections.unmodifiableMap(copy);
	}

	/**
	 * Returns the first value of a header, {@code null} if there is none.
	 * @param name name of the header, not case-sensitive
	 */
	public @Nullable String header(String name) {
		return first(this.headers.get(name));
	}

	/**
	 * Returns the first value of the cookies with the given name, {@code null} if there
	 * is none.
	 * @param name name of the cookie
	 */
	public @Nullable String cookie(String name) {
		return first(this.cookies.get(name));
	}

	private static @Nullable String first(@Nullable List<String> values) {
		return (values == null || values.isEmpty()) ? null : values.get(0);
	}

	/**
	 * Returns the path for logs, without query, headers and cookies.
	 */
	@Override
	public String toString() {
		return "request for " + SafeText.of(this.path);
	}

}

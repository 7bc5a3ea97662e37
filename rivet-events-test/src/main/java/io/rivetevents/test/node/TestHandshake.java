/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.transport.HandshakeRequest;

/**
 * The request of a client in memory. It has no address, so that no limits per address
 * apply.
 *
 * @param uri its URI
 * @param headers its headers; names are not case-sensitive
 * @param user the user that it identifies, {@code null} if it is anonymous
 */
public record TestHandshake(URI uri, Map<String, List<String>> headers,
		@Nullable Principal user) implements HandshakeRequest {

	@Override
	public List<String> header(String name) {
		return this.headers.getOrDefault(name, List.of());
	}

	@Override
	public Map<String, List<String>> cookies() {
		return Map.of();
	}

	@Override
	public List<@Nullable String> queryParameter(String name) {
		return List.of();
	}

	@Override
	public List<String> cookie(String name) {
		return List.of();
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return null;
	}

	@Override
	public @Nullable InetAddress clientAddress() {
		return null;
	}

	@Override
	public Mono<Principal> principal() {
		return Mono.justOrEmpty(this.user);
	}

	@Override
	public Mono<String> sessionId(boolean signedIn) {
		return Mono.empty();
	}

}

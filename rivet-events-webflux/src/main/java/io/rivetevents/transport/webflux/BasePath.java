/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Prefix of the routes of the client protocol. At the root, only the names that the
 * protocol defines are reserved; all other paths belong to the application.
 */
public final class BasePath {

	private static final Set<String> ROUTES = Set.of("gateway", "actors", "metadata", "health", "connect",
			"connections", "asyncapi.json", "request", "websocket");

	private final String prefix;

	/**
	 * Creates a base path.
	 * @param path such as {@code /rivet}, or {@code /}
	 */
	public BasePath(String path) {
		Assert.isTrue(path.startsWith("/"), () -> "The base path must start with a slash: '%s'".formatted(path));
		this.prefix = StringUtils.trimTrailingCharacter(path, '/');
	}

	/**
	 * Returns the part of a request's path behind the prefix.
	 * @param request the request
	 * @return the encoded rest of the path, starting with a slash; {@code null} if the
	 * request is not one of the client protocol
	 */
	public @Nullable String within(ServerHttpRequest request) {
		String path = request.getPath().pathWithinApplication().value();
		if (!path.startsWith(this.prefix)) {
			return null;
		}
		String rest = path.substring(this.prefix.length());
		if (!this.prefix.isEmpty()) {
			return rest.isEmpty() ? "/" : rest.startsWith("/") ? rest : null;
		}
		int end = rest.indexOf('/', 1);
		String first = rest.substring(Math.min(1, rest.length()), (end < 0) ? rest.length() : end);
		return ROUTES.contains(first) ? rest : null;
	}

	@Override
	public String toString() {
		return this.prefix.isEmpty() ? "/" : this.prefix;
	}

}

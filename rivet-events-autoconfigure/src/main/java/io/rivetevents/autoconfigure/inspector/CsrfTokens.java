/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.util.Map;

import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * The CSRF token of Spring Security, which the page sends with its writes.
 */
final class CsrfTokens {

	private static final boolean PRESENT = ClassUtils
		.isPresent("org.springframework.security.web.server.csrf.CsrfToken", CsrfTokens.class.getClassLoader());

	private CsrfTokens() {
	}

	/**
	 * Returns the token of a request, which is created if it does not exist.
	 * @return the name of the header and its value; empty without CSRF protection
	 */
	static Mono<Map.Entry<String, String>> of(ServerWebExchange exchange) {
		return PRESENT ? Present.of(exchange) : Mono.empty();
	}

	/** Only loaded if Spring Security is present. */
	private static final class Present {

		static Mono<Map.Entry<String, String>> of(ServerWebExchange exchange) {
			Mono<CsrfToken> token = exchange.getAttributeOrDefault(CsrfToken.class.getName(), Mono.empty());
			return token.map((present) -> Map.entry(present.getHeaderName(), present.getToken()));
		}

	}

}

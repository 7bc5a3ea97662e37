/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.security.Principal;
import java.util.concurrent.ThreadLocalRandom;

import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

/**
 * Returns the user of the page, or a name for the guest.
 */
@RestController
class MeController {

	private static final String GUEST = "guestName";

	record Csrf(String headerName, String parameterName, String token) {
	}

	record Me(String name, boolean guest, Csrf csrf) {
	}

	@GetMapping("/me")
	Mono<Me> me(ServerWebExchange exchange) {
		Mono<CsrfToken> token = exchange.getRequiredAttribute(CsrfToken.class.getName());
		Mono<Csrf> csrf = token
			.map((found) -> new Csrf(found.getHeaderName(), found.getParameterName(), found.getToken()));
		Mono<Me> user = exchange.getPrincipal()
			.map(Principal::getName)
			.zipWith(csrf, (name, c) -> new Me(name, false, c));
		Mono<Me> guest = exchange.getSession()
			.map(MeController::guestName)
			.zipWith(csrf, (name, c) -> new Me(name, true, c));
		return user.switchIfEmpty(guest);
	}

	private static String guestName(WebSession session) {
		return (String) session.getAttributes()
			.computeIfAbsent(GUEST, (key) -> "guest-" + ThreadLocalRandom.current().nextInt(1000, 10000));
	}

}

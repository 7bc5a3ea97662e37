/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample;

import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

import org.springframework.http.HttpCookie;
import org.springframework.http.ResponseCookie;
import org.springframework.security.web.server.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Returns the user of the page, or a name for the guest.
 */
@RestController
class MeController {

	/** A cookie and not a session, so that the name is the same at each node. */
	private static final String GUEST = "guest";

	private static final Pattern NAME = Pattern.compile("guest-\\d{4}");

	private static final Duration LIFETIME = Duration.ofDays(1);

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
		Mono<Me> guest = csrf.map((c) -> new Me(guestName(exchange), true, c));
		return user.switchIfEmpty(guest);
	}

	private static String guestName(ServerWebExchange exchange) {
		HttpCookie sent = exchange.getRequest().getCookies().getFirst(GUEST);
		if (sent != null && NAME.matcher(sent.getValue()).matches()) {
			return sent.getValue();
		}
		String name = "guest-" + ThreadLocalRandom.current().nextInt(1000, 10000);
		exchange.getResponse()
			.addCookie(
					ResponseCookie.from(GUEST, name).path("/").maxAge(LIFETIME).httpOnly(true).sameSite("Lax").build());
		return name;
	}

}

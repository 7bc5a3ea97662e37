/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.security.Principal;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.springframework.core.Ordered;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.util.ClassUtils;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Users of clients over real sockets, without credentials: a header with a random value,
 * which only this process has, stands for each of them. Safe for use by several threads.
 */
public final class SocketUsers implements WebFilter, Ordered {

	/** Header with the value that stands for a user. */
	public static final String HEADER = "X-Rivet-Test-User";

	private static final boolean SECURITY = ClassUtils.isPresent("org.springframework.security.core.Authentication",
			SocketUsers.class.getClassLoader());

	private final Map<String, Principal> users = new ConcurrentHashMap<>();

	/** Returns the value that stands for a user. */
	public String add(Principal user) {
		String value = UUID.randomUUID().toString();
		this.users.put(value, user);
		return value;
	}

	/** Removes all users. */
	public void clear() {
		this.users.clear();
	}

	/** Before the filters of Spring Security, which keep a present user. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		String value = exchange.getRequest().getHeaders().getFirst(HEADER);
		Principal user = (value != null) ? this.users.get(value) : null;
		if (user == null) {
			return chain.filter(exchange);
		}
		Mono<Void> filtered = chain.filter(exchange.mutate().principal(Mono.just(user)).build());
		return SECURITY ? WithSecurity.as(user, filtered) : filtered;
	}

	/** Loaded only with Spring Security. */
	private static final class WithSecurity {

		static Mono<Void> as(Principal user, Mono<Void> work) {
			return (user instanceof Authentication authentication)
					? work.contextWrite(ReactiveSecurityContextHolder.withAuthentication(authentication)) : work;
		}

	}

}

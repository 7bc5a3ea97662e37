/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.rivetevents.extension.Identity;
import io.rivetevents.transport.session.SessionWatch;

/**
 * Observes the sessions that requests of the application use: their last access, and
 * whether the request has invalidated them or has signed the user out. Requests of
 * connections do neither. No session is loaded for the filter.
 */
public final class SessionFilter implements WebFilter, Ordered {

	/**
	 * Attribute of a session whose user is signed in, as in Spring Security's
	 * {@code WebSessionServerSecurityContextRepository}.
	 */
	private static final String SIGNED_IN = "SPRING_SECURITY_CONTEXT";

	private final BasePath basePath;

	private final SessionWatch watch;

	/**
	 * Creates the filter.
	 * @param basePath prefix of the routes of connections
	 * @param watch closes connections of sessions that have ended
	 */
	public SessionFilter(BasePath basePath, SessionWatch watch) {
		this.basePath = basePath;
		this.watch = watch;
	}

	/** Before all filters that may use a session. */
	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (this.basePath.within(exchange.getRequest()) != null) {
			return chain.filter(exchange);
		}
		Observed observed = new Observed(exchange);
		return chain.filter(observed).doFinally((signal) -> observed.end());
	}

	/** Remembers the session of a request that belongs to connections. */
	private final class Observed extends ServerWebExchangeDecorator {

		private volatile @Nullable WebSession session;

		/** Its permanent id; an invalidated session no longer has it. */
		private volatile @Nullable String id;

		private volatile boolean signedIn;

		Observed(ServerWebExchange exchange) {
			super(exchange);
		}

		@Override
		public Mono<WebSession> getSession() {
			return super.getSession().doOnNext(this::used);
		}

		private void used(WebSession session) {
			String known = session.getAttribute(Identity.SESSION_ATTRIBUTE);
			if (known != null) {
				this.id = known;
				this.session = session;
				this.signedIn = this.signedIn || session.getAttribute(SIGNED_IN) != null;
				SessionFilter.this.watch.seen(known, session);
			}
		}

		void end() {
			WebSession used = this.session;
			String known = this.id;
			if (used == null || known == null) {
				return;
			}
			if (used.isExpired()) {
				SessionFilter.this.watch.ended(known, used);
			}
			else if (this.signedIn && used.getAttribute(SIGNED_IN) == null) {
				SessionFilter.this.watch.end(known);
			}
		}

	}

}

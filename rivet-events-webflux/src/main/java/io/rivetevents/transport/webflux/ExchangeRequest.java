/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpCookie;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.transport.HandshakeRequest;
import io.rivetevents.transport.session.SessionWatch;

/**
 * Request of WebFlux.
 *
 * @param exchange the request and its answer
 * @param addresses finds the addresses under which clients count
 * @param sessions watches the sessions of clients that have signed in
 */
record ExchangeRequest(ServerWebExchange exchange, ClientAddresses addresses,
		SessionWatch sessions) implements HandshakeRequest {

	@Override
	public URI uri() {
		return this.exchange.getRequest().getURI();
	}

	@Override
	public List<String> header(String name) {
		return List.copyOf(this.exchange.getRequest().getHeaders().getOrEmpty(name));
	}

	/**
	 * Returns each name once, regardless of case. Netty's headers return the values of
	 * all spellings for each of them.
	 */
	@Override
	public Map<String, List<String>> headers() {
		Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
		this.exchange.getRequest()
			.getHeaders()
			.headerNames()
			.forEach((name) -> headers.computeIfAbsent(name, this::header));
		return headers;
	}

	@Override
	public Map<String, List<String>> cookies() {
		Map<String, List<String>> cookies = new LinkedHashMap<>();
		this.exchange.getRequest().getCookies().forEach((name, values) -> cookies.put(name, cookie(name)));
		return cookies;
	}

	@Override
	public List<@Nullable String> queryParameter(String name) {
		return this.exchange.getRequest().getQueryParams().getOrDefault(name, List.of());
	}

	@Override
	public List<String> cookie(String name) {
		return this.exchange.getRequest()
			.getCookies()
			.getOrDefault(name, List.of())
			.stream()
			.map(HttpCookie::getValue)
			.toList();
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return this.exchange.getRequest().getRemoteAddress();
	}

	@Override
	public @Nullable InetAddress clientAddress() {
		return this.addresses.of(this.exchange.getRequest());
	}

	@Override
	public Mono<Principal> principal() {
		return Mono.defer(this.exchange::getPrincipal).cast(Principal.class);
	}

	/**
	 * Returns the id that the session had at its first connection, which is kept in the
	 * session, since each login changes the session id.
	 */
	@Override
	public Mono<String> sessionId(boolean signedIn) {
		return this.exchange.getSession()
			.filter(WebSession::isStarted)
			.flatMap((session) -> signedIn ? watched(session) : Mono.just(idOf(session)));
	}

	private Mono<String> watched(WebSession session) {
		String id = idOf(session);
		Mono<Void> kept = Mono.empty();
		if (session.getAttributes().putIfAbsent(Identity.SESSION_ATTRIBUTE, id) == null) {
			// the answer may already be committed
			kept = session.save()
				.onErrorMap(IllegalStateException.class, (ex) -> new RivetException(ErrorCode.LOGGED_OUT));
		}
		return kept.then(Mono.fromCallable(() -> {
			this.sessions.watch(id, session);
			return id;
		}));
	}

	private static String idOf(WebSession session) {
		String first = session.getAttribute(Identity.SESSION_ATTRIBUTE);
		return (first != null) ? first : session.getId();
	}

	/**
	 * Returns a context in which authenticators find the request as in Spring's filters.
	 */
	@Override
	public ContextView context() {
		return Context.of(ServerWebExchangeContextFilter.EXCHANGE_CONTEXT_ATTRIBUTE, this.exchange);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.netty.ErrorHeader;

/**
 * Reports requests to connect that are answered with an HTTP error: by a filter, such as
 * {@link OriginFilter} or those of Spring Security, or by a handler. A client that is
 * rejected later, over its WebSocket or event stream, is reported by its link.
 */
public final class RefusedHandshakes implements WebFilter, Ordered {

	/** Attribute of a request with a first message that resumes a stream. */
	public static final String RESUMES = RefusedHandshakes.class.getName() + ".resumes";

	/** Before the filter for origins, which is at -200. */
	private static final int BEFORE_ORIGINS = -201;

	private static final String LAST_EVENT_ID = "Last-Event-ID";

	private final BasePath basePath;

	private final LinkServices links;

	/**
	 * Creates the filter.
	 * @param basePath prefix of the routes
	 * @param links receives the reports
	 */
	public RefusedHandshakes(BasePath basePath, LinkServices links) {
		this.basePath = basePath;
		this.links = links;
	}

	@Override
	public int getOrder() {
		return BEFORE_ORIGINS;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (connects(exchange.getRequest())) {
			exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> report(exchange)));
		}
		return chain.filter(exchange);
	}

	private boolean connects(ServerHttpRequest request) {
		String path = this.basePath.within(request);
		return path != null && request.getMethod() != HttpMethod.OPTIONS && ActorHandlerMapping.connects(request, path);
	}

	private void report(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		HttpStatusCode status = exchange.getResponse().getStatusCode();
		if (status != null && status.isError()) {
			this.links.reportRefused(request.getURI(), resumes(exchange), refusal(exchange.getResponse(), status));
		}
	}

	private static boolean resumes(ServerWebExchange exchange) {
		return exchange.getAttribute(RESUMES) != null
				|| exchange.getRequest().getHeaders().getFirst(LAST_EVENT_ID) != null;
	}

	/** Returns the error of the answer, or one for the status if it names none. */
	private static RivetException refusal(ServerHttpResponse response, HttpStatusCode status) {
		ErrorCode named = named(response.getHeaders().getFirst(ErrorHeader.NAME));
		return new RivetException((named != null) ? named : ofStatus(status));
	}

	private static @Nullable ErrorCode named(@Nullable String error) {
		return (error != null) ? ErrorCode.ofReason(error) : null;
	}

	private static ErrorCode ofStatus(HttpStatusCode status) {
		return switch (status.value()) {
			case 401 -> ErrorCode.AUTHENTICATION_REQUIRED;
			case 403 -> ErrorCode.FORBIDDEN;
			case 404 -> ErrorCode.NO_ROUTE;
			case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
			default -> status.is5xxServerError() ? ErrorCode.INTERNAL_ERROR : ErrorCode.REQUEST_INVALID;
		};
	}

}

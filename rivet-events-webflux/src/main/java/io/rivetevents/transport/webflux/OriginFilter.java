/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.StringUtils;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Protects all routes of the client protocol, including the WebSocket handshake, against
 * requests from pages of other origins. Requests from the same origin and from allowed
 * origins pass; all others get 403. Navigations and images have no {@code
 * Origin}; they are recognized by {@code Sec-Fetch-Site}. Routes other than read-only
 * pages also reject navigations and elements of pages of any site, for example a link in
 * an email. The filter runs before Spring Security, so that a preflight needs no login
 * and the page can read the rejection.
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch Metadata Request Headers</a>
 */
public final class OriginFilter implements WebFilter, Ordered {

	/** Before the filter chain of Spring Security, which is at -100. */
	private static final int BEFORE_SECURITY = -200;

	private static final Duration MAX_AGE = Duration.ofDays(1);

	private static final String FETCH_SITE = "Sec-Fetch-Site";

	/** The page belongs to the server, or the user has entered the URL. */
	private static final List<String> OWN = List.of("same-origin", "none");

	private static final String FETCH_MODE = "Sec-Fetch-Mode";

	private static final String FETCH_DEST = "Sec-Fetch-Dest";

	/** Values of {@code fetch}, {@code EventSource} and {@code WebSocket} in scripts. */
	private static final List<String> SCRIPT_MODES = List.of("cors", "same-origin", "websocket");

	private static final List<String> SCRIPT_DESTS = List.of("empty", "websocket");

	/** Read-only pages that a user may open, including those below {@code /actors}. */
	private static final List<String> PAGES = List.of("/", "/metadata", "/health", "/asyncapi.json", "/actors");

	private static final String ORIGIN_REFUSED = "The origin \"%s\" is not allowed for the host \"%s\": it is neither the origin of"
			+ " the server nor in rivet.events.security.allowed-origins. A proxy must forward the Host header of the client,"
			+ " and set X-Forwarded-Proto if it terminates TLS (see server.forward-headers-strategy).";

	private static final String ANY_SUBDOMAIN = "*.";

	private final BasePath basePath;

	private final CorsConfiguration configuration;

	private final List<String> allowedHosts;

	private final ClientAddresses addresses;

	private final ValueMapper mapper;

	private final DefaultCorsProcessor processor = new DefaultCorsProcessor();

	private final RepeatedFailures refusals = new RepeatedFailures(LogFactory.getLog(OriginFilter.class));

	/**
	 * Creates the filter.
	 * @param basePath prefix of the routes
	 * @param allowedOrigins origins or patterns, in addition to the server's own origin
	 * @param allowedHosts host names under which the server may be requested; empty for
	 * all
	 * @param addresses recognizes requests from trusted proxies
	 * @param mapper converts values
	 */
	public OriginFilter(BasePath basePath, List<String> allowedOrigins, List<String> allowedHosts,
			ClientAddresses addresses, ValueMapper mapper) {
		this.basePath = basePath;
		this.allowedHosts = allowedHosts.stream().map((host) -> host.toLowerCase(Locale.ROOT)).toList();
		this.addresses = addresses;
		this.mapper = mapper;
		this.configuration = new CorsConfiguration();
		this.configuration.setAllowedOriginPatterns(allowedOrigins);
		this.configuration.setAllowCredentials(true);
		this.configuration.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"));
		this.configuration.addAllowedHeader(CorsConfiguration.ALL);
		this.configuration.setExposedHeaders(List.of("x-rivet-error", HttpHeaders.RETRY_AFTER));
		this.configuration.setMaxAge(MAX_AGE);
	}

	@Override
	public int getOrder() {
		return BEFORE_SECURITY;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		String path = this.basePath.within(request);
		if (path == null) {
			return chain.filter(exchange);
		}
		if (!isHostAllowed(request)) {
			return refuse(exchange, "host " + host(request),
					"The host \"%s\" is not allowed: it is not in rivet.events.security.allowed-hosts."
						.formatted(host(request)));
		}
		if (isFromElsewhere(request) || !this.processor.process(this.configuration, exchange)) {
			return refuse(exchange, "origin " + origin(request),
					ORIGIN_REFUSED.formatted(origin(request), host(request)));
		}
		if (acts(request, path) && !isOfScript(request)) {
			return answer(exchange, "This URL is for EventSource, fetch and WebSocket; it cannot be opened as a page.");
		}
		if (CorsUtils.isPreFlightRequest(request)) {
			ServerHttpResponse response = exchange.getResponse();
			response.setStatusCode(HttpStatus.NO_CONTENT);
			return response.setComplete();
		}
		return chain.filter(exchange);
	}

	/**
	 * Returns whether the host is allowed, both in the URI and in {@code Host}. With
	 * forwarded headers the URI has the host of these headers. A page whose own domain
	 * resolves to this server can set them but cannot change {@code Host}.
	 */
	private boolean isHostAllowed(ServerHttpRequest request) {
		if (this.allowedHosts.isEmpty()) {
			return true;
		}
		String requested = nameOf(request.getHeaders().getFirst(HttpHeaders.HOST));
		return isHostAllowed(request.getURI().getHost()) && (isHostAllowed(requested) || isNotDomainName(requested)
				|| this.addresses.isFromTrustedProxy(request));
	}

	private static String nameOf(@Nullable String host) {
		if (host == null) {
			return "";
		}
		int end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
		return (end > 0) ? host.substring(0, end) : host;
	}

	/**
	 * Returns whether a host is not a domain name. Proxies use such hosts, and a page
	 * cannot make them resolve to another server.
	 */
	private static boolean isNotDomainName(String host) {
		return host.isEmpty() || host.equalsIgnoreCase("localhost") || ForwardedFor
			.literal(StringUtils.trimTrailingCharacter(StringUtils.trimLeadingCharacter(host, '['), ']')) != null;
	}

	private boolean isHostAllowed(@Nullable String host) {
		String name = (host != null) ? host.toLowerCase(Locale.ROOT) : "";
		return this.allowedHosts.stream()
			.anyMatch((allowed) -> allowed.startsWith(ANY_SUBDOMAIN) ? name.endsWith(allowed.substring(1))
					: name.equals(allowed));
	}

	/**
	 * Returns whether a request comes from another site, or another origin of the same
	 * site, without an {@code Origin} header, or has several of them. A single {@code
	 * Origin} is checked by the CORS processor.
	 */
	private static boolean isFromElsewhere(ServerHttpRequest request) {
		List<String> sites = request.getHeaders().getOrEmpty(FETCH_SITE);
		int origins = request.getHeaders().getOrEmpty(HttpHeaders.ORIGIN).size();
		return origins > 1 || (origins == 0
				&& sites.stream().anyMatch((site) -> !OWN.contains(site.trim().toLowerCase(Locale.ROOT))));
	}

	private static boolean acts(ServerHttpRequest request, String path) {
		boolean looks = request.getMethod() == HttpMethod.GET && request.getHeaders().getUpgrade() == null;
		return !looks || !(PAGES.contains(path) || path.startsWith("/actors/"));
	}

	/**
	 * A request without these headers comes from a client that is not a browser, or from
	 * a browser that does not support them.
	 */
	private static boolean isOfScript(ServerHttpRequest request) {
		return isEach(request, FETCH_MODE, SCRIPT_MODES) && isEach(request, FETCH_DEST, SCRIPT_DESTS);
	}

	private static boolean isEach(ServerHttpRequest request, String header, List<String> known) {
		return request.getHeaders()
			.getOrEmpty(header)
			.stream()
			.allMatch((value) -> known.contains(value.trim().toLowerCase(Locale.ROOT)));
	}

	private static String origin(ServerHttpRequest request) {
		String origin = request.getHeaders().getOrigin();
		return SafeText.of((origin != null) ? origin : FETCH_SITE + ": " + request.getHeaders().getFirst(FETCH_SITE));
	}

	private static String host(ServerHttpRequest request) {
		return SafeText.of(request.getHeaders().getFirst(HttpHeaders.HOST));
	}

	private Mono<Void> refuse(ServerWebExchange exchange, String kind, String refusal) {
		this.refusals.warn(kind, () -> "Request rejected. " + refusal);
		return answer(exchange, refusal);
	}

	private Mono<Void> answer(ServerWebExchange exchange, String refusal) {
		RivetException error = new RivetException(ErrorCode.FORBIDDEN, refusal);
		return ActorHandlerMapping.TICKET.equals(this.basePath.within(exchange.getRequest()))
				? HttpAnswer.writeProblem(exchange.getResponse(), error, this.mapper)
				: HttpAnswer.writeError(exchange.getResponse(), error, Encoding.JSON, this.mapper);
	}

}

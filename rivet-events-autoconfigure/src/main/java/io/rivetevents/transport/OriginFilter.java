package io.rivetevents.transport;

import java.time.Duration;
import java.util.List;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.DefaultCorsProcessor;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Lets in requests of pages from the same origin and from those that are allowed, on
 * every route of the client protocol, the WebSocket handshake included; a page from
 * elsewhere gets 403. It stands before Spring Security, so that a preflight needs no
 * login and a refusal can be read by the page.
 */
public final class OriginFilter implements WebFilter, Ordered {

	/** Before the filter chain of Spring Security, which is at -100. */
	private static final int BEFORE_SECURITY = -200;

	private static final Duration MAX_AGE = Duration.ofDays(1);

	private final BasePath basePath;

	private final CorsConfiguration configuration;

	private final DefaultCorsProcessor processor = new DefaultCorsProcessor();

	/**
	 * Create a filter.
	 * @param basePath where the routes begin
	 * @param allowedOrigins origins, or patterns of them, beside the server's own
	 */
	public OriginFilter(BasePath basePath, List<String> allowedOrigins) {
		this.basePath = basePath;
		this.configuration = new CorsConfiguration();
		this.configuration.setAllowedOriginPatterns(allowedOrigins);
		this.configuration.setAllowCredentials(true);
		this.configuration.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"));
		this.configuration.addAllowedHeader(CorsConfiguration.ALL);
		this.configuration.addExposedHeader("x-rivet-error");
		this.configuration.setMaxAge(MAX_AGE);
	}

	@Override
	public int getOrder() {
		return BEFORE_SECURITY;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		if (this.basePath.within(exchange.getRequest()) == null) {
			return chain.filter(exchange);
		}
		ServerHttpResponse response = exchange.getResponse();
		if (!this.processor.process(this.configuration, exchange)) {
			return response.setComplete();
		}
		if (CorsUtils.isPreFlightRequest(exchange.getRequest())) {
			response.setStatusCode(HttpStatus.NO_CONTENT);
			return response.setComplete();
		}
		return chain.filter(exchange);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.reactive.observation.ServerHttpObservationDocumentation;
import org.springframework.http.server.reactive.observation.ServerRequestObservationContext;
import org.springframework.http.server.reactive.observation.ServerRequestObservationConvention;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.transport.webflux.BasePath;

/**
 * Observes the requests that open sockets and event streams until their answer begins.
 * Spring's own observation of a request lasts as long as its stream: minutes or hours,
 * and it is not recorded before the end. {@link #isOwn} suppresses it for these requests.
 * If an observation fails, the error is logged, and the request continues.
 */
final class StreamObservationFilter implements WebFilter, Ordered {

	private static final RepeatedFailures failures = new RepeatedFailures(
			LogFactory.getLog(StreamObservationFilter.class));

	private static final ServerRequestObservationConvention DEFAULT = new DefaultServerRequestObservationConvention();

	private static final String GATEWAY = "/gateway/";

	private final BasePath basePath;

	private final ObservationRegistry registry;

	private final @Nullable ServerRequestObservationConvention convention;

	/** Tells the observation of the filter from Spring's. */
	private static final class StreamContext extends ServerRequestObservationContext {

		StreamContext(ServerWebExchange exchange) {
			super(exchange.getRequest(), exchange.getResponse(), exchange.getAttributes());
		}

	}

	/**
	 * Creates the filter.
	 * @param basePath prefix of the routes
	 * @param registry records the observations
	 * @param convention names them, {@code null} for Spring's names
	 */
	StreamObservationFilter(BasePath basePath, ObservationRegistry registry,
			@Nullable ServerRequestObservationConvention convention) {
		this.basePath = basePath;
		this.registry = registry;
		this.convention = convention;
	}

	/** Before all filters that take time. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 1;
	}

	/**
	 * Returns whether an observation is one of a filter, or one of anything but a request
	 * that opens a socket or a stream.
	 * @param basePath prefix of the routes
	 */
	static boolean isOwn(BasePath basePath, Observation.Context context) {
		return context instanceof StreamContext || !(context instanceof ServerRequestObservationContext request)
				|| request.getCarrier() == null || !opensStream(basePath, request.getCarrier());
	}

	private static boolean opensStream(BasePath basePath, ServerHttpRequest request) {
		String path = basePath.within(request);
		return path != null && path.startsWith(GATEWAY) && (path.endsWith("/connect") || path.endsWith("/sse"))
				&& path.indexOf('/', GATEWAY.length()) == path.lastIndexOf('/');
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return opensStream(this.basePath, exchange.getRequest()) ? Mono.defer(() -> observe(exchange, chain))
				: chain.filter(exchange);
	}

	/** Each answer begins, with a stream or an error, unless the client leaves before. */
	private Mono<Void> observe(ServerWebExchange exchange, WebFilterChain chain) {
		StreamContext context = new StreamContext(exchange);
		Observation observation = start(context);
		if (observation == null) {
			return chain.filter(exchange);
		}
		exchange.getAttributes().put(ServerRequestObservationContext.CURRENT_OBSERVATION_CONTEXT_ATTRIBUTE, context);
		AtomicBoolean stopped = new AtomicBoolean();
		exchange.getResponse().beforeCommit(() -> Mono.fromRunnable(() -> stop(observation, stopped)));
		return chain.filter(exchange).doOnError(context::setError).doOnCancel(() -> {
			context.setConnectionAborted(!stopped.get());
			stop(observation, stopped);
		}).contextWrite((present) -> present.put(ObservationThreadLocalAccessor.KEY, observation));
	}

	/**
	 * Starts an observation.
	 * @return {@code null} if a handler, filter or convention of the application fails
	 */
	private @Nullable Observation start(StreamContext context) {
		try {
			return ServerHttpObservationDocumentation.HTTP_REACTIVE_SERVER_REQUESTS
				.observation(this.convention, DEFAULT, () -> context, this.registry)
				.start();
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Failed to start the observation of a request; it continues without it");
			return null;
		}
	}

	private static void stop(Observation observation, AtomicBoolean stopped) {
		if (stopped.compareAndSet(false, true)) {
			try {
				observation.stop();
			}
			catch (Throwable ex) {
				failures.error(ex, () -> "Failed to stop the observation of a request");
			}
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import reactor.core.publisher.Mono;

import io.rivetevents.autoconfigure.actuate.RemoteInstances.UnansweredException;

/**
 * The endpoint over HTTP: values are shown to users with certain roles, and a command for
 * what does not exist is answered with 404.
 */
@EndpointWebExtension(endpoint = RivetEventsEndpoint.class)
public final class RivetEventsEndpointWebExtension {

	private final RivetEventsEndpoint endpoint;

	RivetEventsEndpointWebExtension(RivetEventsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/** Returns a view, see {@link RivetEventsEndpoint#view}. */
	@ReadOperation
	public Mono<Object> view(SecurityContext security, @Selector String view, @Nullable String actor,
			@Nullable String key, @Nullable String namespace, @Nullable String after, @Nullable Integer limit,
			@Nullable String user, @Nullable String issuer, @Nullable String connection, @Nullable String event,
			@Nullable Long position) {
		RivetEventsEndpointProperties properties = this.endpoint.properties();
		return this.endpoint
			.view(new ViewRequest(view, actor, key, namespace, after, limit, user, issuer, connection, event, position),
					properties.showValues().isShown(security, properties.roles()))
			.onErrorResume(UnansweredException.class, (ex) -> Mono.just(unanswered(ex)));
	}

	/** Executes a command, see {@link RivetEventsEndpoint#execute}. */
	@WriteOperation
	public Mono<WebEndpointResponse<Map<String, Object>>> execute(@Selector String command, @Nullable String actor,
			@Nullable String key, @Nullable String namespace, @Nullable String user, @Nullable String issuer,
			@Nullable String connection, @Nullable String reason, @Nullable Integer seconds) {
		return this.endpoint.execute(command, actor, key, namespace, user, issuer, connection, reason, seconds)
			.map(WebEndpointResponse::new)
			.defaultIfEmpty(new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND))
			.onErrorResume(UnansweredException.class, (ex) -> Mono.just(unanswered(ex)));
	}

	private static WebEndpointResponse<Map<String, Object>> unanswered(UnansweredException ex) {
		return new WebEndpointResponse<>(Map.of("problem", String.valueOf(ex.getMessage())),
				WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE);
	}

}

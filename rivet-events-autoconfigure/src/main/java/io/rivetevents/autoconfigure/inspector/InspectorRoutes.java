/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ResponseStatusException;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.autoconfigure.actuate.RemoteInstances.UnansweredException;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.protocol.ActorKey;

/**
 * The routes of the page. They are below the path of the endpoint, so that each rule for
 * the endpoint applies to them.
 */
final class InspectorRoutes {

	private final ActorTypes types;

	private final InspectorAccess access;

	private final EventFeed feed;

	private final Timeline timeline;

	private final CallableActions actions;

	private final InspectorCalls calls;

	InspectorRoutes(ActorTypes types, InspectorAccess access, EventFeed feed, Timeline timeline,
			CallableActions actions, InspectorCalls calls) {
		this.types = types;
		this.access = access;
		this.feed = feed;
		this.timeline = timeline;
		this.actions = actions;
		this.calls = calls;
	}

	/**
	 * Returns the routes.
	 * @param path path of the page
	 */
	RouterFunction<ServerResponse> at(String path) {
		RouterFunctions.Builder routes = RouterFunctions.route()
			.GET(path, InspectorFile.PAGE.handler())
			.GET(path + "/inspector.css", InspectorFile.STYLE.handler())
			.GET(path + "/inspector.js", InspectorFile.SCRIPT.handler())
			.GET(path + "/settings", this::settings)
			.GET(path + "/events", this::events)
			.GET(path + "/timeline", this::timeline)
			.GET(path + "/actions", this::actions);
		if (this.access.isWritable()) {
			routes.POST(path + "/call", RequestPredicates.contentType(MediaType.APPLICATION_JSON), this::call);
		}
		return routes.build();
	}

	/** Returns what the viewer may do, and the token that a write needs. */
	private Mono<ServerResponse> settings(ServerRequest request) {
		return this.access.values(request).flatMap((values) -> {
			ObjectNode settings = JsonNodeFactory.instance.objectNode();
			settings.put("writable", this.access.isWritable()).put("values", values.shown());
			return CsrfTokens.of(request.exchange())
				.doOnNext((token) -> settings.putObject("csrf")
					.put("header", token.getKey())
					.put("token", token.getValue()))
				.then(Mono.fromSupplier(settings::toString));
		}).flatMap(InspectorRoutes::json);
	}

	private Mono<ServerResponse> events(ServerRequest request) {
		ActorAddress actor = address(request);
		return this.access.values(request)
			.flatMap((values) -> ServerResponse.ok()
				.cacheControl(CacheControl.noStore())
				.header("X-Accel-Buffering", "no")
				.body(BodyInserters.fromServerSentEvents(this.feed.open(actor, values)
					.onErrorMap(UnansweredException.class, InspectorRoutes::unanswered)
					.map((message) -> ServerSentEvent.builder(message).build()))));
	}

	private Mono<ServerResponse> timeline(ServerRequest request) {
		ActorAddress actor = address(request);
		long before = request.queryParam("before").map(InspectorRoutes::position).orElse(Long.MAX_VALUE);
		return this.access.values(request)
			.flatMap((values) -> this.timeline.page(actor, before, values))
			.onErrorMap(UnansweredException.class, InspectorRoutes::unanswered)
			.flatMap((page) -> json(page.toString()));
	}

	private Mono<ServerResponse> actions(ServerRequest request) {
		return json(this.actions.of(actor(request)));
	}

	private Mono<ServerResponse> call(ServerRequest request) {
		return request.bodyToMono(String.class)
			.map(InspectorCalls.Call::read)
			.onErrorMap(IllegalArgumentException.class, InspectorRoutes::invalid)
			.flatMap((call) -> this.access.values(request).flatMap((values) -> this.calls.make(call, values)))
			.flatMap(InspectorRoutes::json);
	}

	private ActorAddress address(ServerRequest request) {
		String actor = actor(request);
		return new ActorAddress(request.queryParam("namespace").orElse(ActorAddress.DEFAULT_NAMESPACE), actor,
				ActorKey.parse(required(request, "key")));
	}

	private String actor(ServerRequest request) {
		String actor = required(request, "actor");
		if (this.types.find(actor) == null) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND);
		}
		return actor;
	}

	private static String required(ServerRequest request, String name) {
		return request.queryParam(name)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.BAD_REQUEST, name + " is required"));
	}

	private static long position(String text) {
		try {
			return Long.parseLong(text);
		}
		catch (NumberFormatException ex) {
			throw invalid(ex);
		}
	}

	private static ResponseStatusException invalid(IllegalArgumentException cause) {
		return new ResponseStatusException(HttpStatus.BAD_REQUEST, cause.getMessage(), cause);
	}

	private static ResponseStatusException unanswered(UnansweredException cause) {
		return new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, cause.getMessage(), cause);
	}

	private static Mono<ServerResponse> json(String text) {
		return ServerResponse.ok()
			.contentType(MediaType.APPLICATION_JSON)
			.cacheControl(CacheControl.noStore())
			.bodyValue(text);
	}

}

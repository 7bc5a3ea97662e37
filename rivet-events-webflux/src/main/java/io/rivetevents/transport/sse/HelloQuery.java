/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.MultiValueMap;

import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.EventStream;
import io.rivetevents.transport.Handshake;

/**
 * Reads the {@code Hello} of a client that can only open a URL, from the query and from
 * {@code Last-Event-ID}.
 */
final class HelloQuery {

	private static final String LAST_EVENT_ID = "last-event-id";

	private HelloQuery() {
	}

	/**
	 * Returns the id of the last item that the client has received, {@code null} if none.
	 */
	static @Nullable String lastEventId(ServerHttpRequest request) {
		String header = request.getHeaders().getFirst(LAST_EVENT_ID);
		return (header != null) ? header : request.getQueryParams().getFirst(LAST_EVENT_ID);
	}

	static ToServer.Hello read(ServerHttpRequest request) {
		MultiValueMap<String, String> query = request.getQueryParams();
		Set<String> tags = new HashSet<>(query.getOrDefault("tag", List.of()));
		List<ToServer.SubscriptionRequest> subscriptions = query.getOrDefault("event", List.of())
			.stream()
			.map((event) -> new ToServer.SubscriptionRequest(event, true, tags))
			.toList();
		String snapshot = query.getFirst("snapshot");
		return new ToServer.Hello(subscriptions, resume(request),
				(snapshot != null) ? new ToServer.Snapshot(snapshot, List.of()) : null,
				Handshake.params(query.getFirst("conn_params")), null, null);
	}

	/** An id that this server did not create is handled as one of another epoch. */
	private static ToServer.@Nullable Resume resume(ServerHttpRequest request) {
		String id = lastEventId(request);
		if (id == null || id.isEmpty()) {
			return null;
		}
		Position position = EventStream.position(id);
		return new ToServer.Resume((position != null) ? position : new Position(id, 0), null, null);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.Identity;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ToServer;

/**
 * The request of a client that is being connected. It holds the whole HTTP request, and
 * is released once the client is connected.
 *
 * @param request the request
 * @param target reads the target instance from it; throws a {@code RivetException} if
 * that is invalid
 * @param params reads its connection params; {@code null} if there are none; throws a
 * {@code RivetException} if they are invalid
 * @param ticket ticket in the request, {@code null} if there is none
 * @param resumes whether the client claims to resume a stream
 * @param context the Reactor context of the request, which contains the authenticated
 * user
 * @param place place of the client, {@code null} if it has not been {@linkplain Admission
 * admitted}
 */
public record PendingHandshake(HandshakeRequest request, Supplier<ActorTarget> target,
		Supplier<@Nullable JsonNode> params, @Nullable String ticket, boolean resumes, ContextView context,
		@Nullable Place place) {

	/**
	 * The place of a client that was admitted before its transport was opened.
	 *
	 * @param usage its place among the connections of the node
	 * @param identity its identity, or the error with which it is rejected
	 */
	public record Place(ClientUsage usage, Mono<Identity> identity) {
	}

	/**
	 * Creates the request of a client that has not been admitted.
	 */
	public static PendingHandshake of(HandshakeRequest request, Supplier<ActorTarget> target,
			Supplier<@Nullable JsonNode> params, @Nullable String ticket, boolean resumes, ContextView context) {
		return new PendingHandshake(request, target, params, ticket, resumes, context, null);
	}

	PendingHandshake admitted(ClientUsage usage, Mono<Identity> identity) {
		return new PendingHandshake(this.request, this.target, this.params, this.ticket, this.resumes, this.context,
				new Place(usage, identity));
	}

	/**
	 * Returns the place of the client, or takes one.
	 * @throws RivetException {@code connection.too_many}
	 */
	ClientUsage enter(Limits limits) {
		return (this.place != null) ? this.place.usage() : limits.connect(this.request.clientAddress(), this.resumes);
	}

	/**
	 * Returns the connection params: those of the first message, or else of the request.
	 */
	@Nullable JsonNode paramsOf(ToServer.Hello hello) {
		return (hello.params() != null) ? hello.params() : this.params.get();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;
import tools.jackson.databind.JsonNode;

import io.rivetevents.extension.ActorTarget;

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
 * @param context the Reactor context of the request, which contains the authenticated
 * user
 */
public record PendingHandshake(HandshakeRequest request, Supplier<ActorTarget> target,
		Supplier<@Nullable JsonNode> params, @Nullable String ticket, ContextView context) {
}

package io.rivetevents.transport;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;
import tools.jackson.databind.JsonNode;

import io.rivetevents.extension.ActorTarget;

/**
 * What a client has come with. It holds the whole request, and is let go once the client
 * is connected.
 *
 * @param request the request
 * @param target reads from it which instance is meant; throws a {@code RivetException} if
 * it cannot be read
 * @param params reads its connection params; {@code null} if there are none; throws a
 * {@code RivetException} if they cannot be read
 * @param context the Reactor context of the request, which knows who has signed in
 */
public record PendingHandshake(HandshakeRequest request, Supplier<ActorTarget> target,
		Supplier<@Nullable JsonNode> params, ContextView context) {
}

package io.rivetevents.transport;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import reactor.util.context.ContextView;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorTarget;

/**
 * What a client has come with. It holds the whole request, and is let go once the client
 * is connected.
 *
 * @param exchange the request
 * @param target reads from it which instance is meant
 * @param params reads its connection params; {@code null} if there are none
 * @param context knows who has signed in
 */
public record Opening(ServerWebExchange exchange, Supplier<ActorTarget> target, Supplier<@Nullable JsonNode> params,
		ContextView context) {
}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.inbound.OperatorRequests;

/**
 * Passes requests about instances to the nodes that have them, and answers those of other
 * nodes. Safe for use by several threads. Public for the inspector alone.
 */
public final class RemoteInstances {

	private static final Log logger = LogFactory.getLog(RemoteInstances.class);

	/** How long a node is waited for: longer than an instance that falls asleep. */
	private static final Duration PATIENCE = Duration.ofSeconds(7);

	/** How long a node is waited for that only reads. */
	private static final Duration READ_PATIENCE = Duration.ofSeconds(2);

	private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {
	};

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
		.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.build();

	private final Function<ActorAddress, @Nullable String> nodes;

	private final OtherNodes others;

	/** By the names of the operations. */
	private final Map<String, Function<ForwardedRequest, Mono<?>>> handlers = new ConcurrentHashMap<>();

	/**
	 * Creates what passes on requests.
	 * @param nodes returns the other node on which an instance belongs, {@code null} for
	 * this one
	 * @param others the other nodes
	 * @param requests receives the requests of other nodes
	 */
	public RemoteInstances(Function<ActorAddress, @Nullable String> nodes, OtherNodes others,
			OperatorRequests requests) {
		this.nodes = nodes;
		this.others = others;
		requests.connect(this::receive);
	}

	/**
	 * Answers the requests of other nodes for an operation.
	 * @param operation its name
	 * @param handler returns what the operator receives, empty if it does not exist
	 */
	public void answer(String operation, Function<ForwardedRequest, Mono<?>> handler) {
		this.handlers.put(operation, handler);
	}

	/** Operations that newer nodes may have are unknown. */
	private Mono<String> receive(String json) {
		ForwardedRequest request = MAPPER.readValue(json, ForwardedRequest.class);
		Function<ForwardedRequest, Mono<?>> handler = this.handlers.get(request.operation());
		return (handler != null) ? handler.apply(request).map(MAPPER::writeValueAsString) : Mono.empty();
	}

	/**
	 * Returns the name of the other node on which an instance belongs, {@code null} if
	 * this is its node.
	 */
	public @Nullable String nodeOf(ActorAddress actor) {
		return this.nodes.apply(actor);
	}

	/**
	 * Reads a document at the node of an instance.
	 * @param here reads on this node; used if the instance belongs here
	 * @return fails with {@link UnansweredException} if the other node has not answered,
	 * or does not have the operation
	 */
	public Mono<JsonNode> readDocument(ForwardedRequest request, Mono<JsonNode> here) {
		return Mono.defer(() -> {
			String node = nodeOf(request.address());
			return (node != null) ? ask(node, request, READ_PATIENCE).<JsonNode>map(MAPPER::readTree)
				.switchIfEmpty(Mono.error(() -> unanswered(node, null))) : here;
		});
	}

	/**
	 * Reads at the node of an instance.
	 * @param here reads on this node; used if the instance belongs here
	 * @return fails with {@link UnansweredException} if the other node has not answered
	 */
	Mono<?> read(ForwardedRequest request, Mono<?> here) {
		return atOwner(request, here, READ_PATIENCE);
	}

	/**
	 * Changes an instance at its node.
	 * @param here changes it on this node; used if the instance belongs here
	 * @return fails with {@link UnansweredException} if the other node has not answered
	 */
	Mono<Map<String, Object>> change(ForwardedRequest request, Mono<Map<String, Object>> here) {
		return atOwner(request, here, PATIENCE);
	}

	@SuppressWarnings("unchecked")
	private <T> Mono<T> atOwner(ForwardedRequest request, Mono<? extends T> here, Duration patience) {
		return Mono.defer(() -> {
			String node = nodeOf(request.address());
			return (node != null) ? (Mono<T>) ask(node, request, patience).map(RemoteInstances::body) : (Mono<T>) here;
		});
	}

	private static Map<String, Object> body(String json) {
		return OperationResponseBody.of(MAPPER.readValue(json, OBJECT));
	}

	private Mono<String> ask(String node, ForwardedRequest request, Duration patience) {
		NodeQuery query = new NodeQuery.OfOperator(MAPPER.writeValueAsString(request));
		Mono<NodeAnswer> answer = this.others.ask(query, patience).getOrDefault(node, Mono.empty());
		return answer.ofType(NodeAnswer.Document.class)
			.onErrorMap((ex) -> unanswered(node, ex))
			.switchIfEmpty(Mono.error(() -> unanswered(node, null)))
			.mapNotNull(NodeAnswer.Document::text);
	}

	private static UnansweredException unanswered(String node, @Nullable Throwable cause) {
		logger.debug("Node %s has not answered the request of an operator".formatted(node), cause);
		return new UnansweredException(node);
	}

	/** The node of an instance has not answered. */
	public static final class UnansweredException extends RuntimeException {

		UnansweredException(String node) {
			super("Node %s has not answered".formatted(node));
		}

	}

}

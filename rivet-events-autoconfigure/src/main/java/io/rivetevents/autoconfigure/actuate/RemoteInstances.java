/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.actuate;

import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import reactor.core.publisher.Mono;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;
import io.rivetevents.inbound.OperatorRequests;
import io.rivetevents.placement.inspection.Inspection;

/**
 * Passes requests about instances to the nodes that have them, and answers those of other
 * nodes. Safe for use by several threads.
 */
final class RemoteInstances {

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

	private final Inspection inspection;

	private final OtherNodes others;

	/**
	 * Creates what passes on requests.
	 * @param inspection finds the nodes of instances
	 * @param others the other nodes
	 */
	RemoteInstances(Inspection inspection, OtherNodes others) {
		this.inspection = inspection;
		this.others = others;
	}

	/**
	 * Answers the requests of other nodes.
	 * @param requests receives them
	 * @param handler returns what the operator receives, empty if it does not exist
	 */
	static void serve(OperatorRequests requests, Function<ForwardedRequest, Mono<?>> handler) {
		requests.connect((request) -> handler.apply(MAPPER.readValue(request, ForwardedRequest.class))
			.map(MAPPER::writeValueAsString));
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
			String node = this.inspection.otherNode(request.parameters().address());
			return (node != null) ? (Mono<T>) ask(node, request, patience) : (Mono<T>) here;
		});
	}

	private Mono<Map<String, Object>> ask(String node, ForwardedRequest request, Duration patience) {
		NodeQuery query = new NodeQuery.OfOperator(MAPPER.writeValueAsString(request));
		Mono<NodeAnswer> answer = this.others.ask(query, patience).getOrDefault(node, Mono.empty());
		return answer.ofType(NodeAnswer.Document.class)
			.onErrorMap((ex) -> unanswered(node, ex))
			.switchIfEmpty(Mono.error(() -> unanswered(node, null)))
			.mapNotNull(NodeAnswer.Document::text)
			.map((text) -> OperationResponseBody.of(MAPPER.readValue(text, OBJECT)));
	}

	private static UnansweredException unanswered(String node, @Nullable Throwable cause) {
		logger.debug("Node %s has not answered the request of an operator".formatted(node), cause);
		return new UnansweredException(node);
	}

	/** The node of an instance has not answered. */
	static final class UnansweredException extends RuntimeException {

		UnansweredException(String node) {
			super("Node %s has not answered".formatted(node));
		}

	}

}

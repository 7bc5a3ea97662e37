/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.util.Assert;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.connection.ConnectionCounts;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.connection.UserConnections;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.delivery.OutboundRegistry;

/**
 * Queries all nodes about their connections, and answers for this one. Each connection is
 * of the node that has its instance. Safe for use by several threads.
 */
public final class NodeQueries {

	private static final Log logger = LogFactory.getLog(NodeQueries.class);

	/** Most connections of a user in the answer of a node. */
	static final int MAX_CONNECTIONS = 1000;

	/** Most hashes of users in the answer of a node: 800 KB. */
	static final int MAX_USERS = 100_000;

	private final OutboundRegistry registry;

	private final OtherNodes others;

	/**
	 * What the nodes have answered.
	 *
	 * @param answers the answers, that of this node first
	 * @param complete whether each node has answered
	 * @param missing names of the nodes that have not
	 */
	private record Answers<A>(List<A> answers, boolean complete, Set<String> missing) {
	}

	/**
	 * Creates queries.
	 * @param registry the connections of this node
	 * @param others queries the other nodes
	 */
	public NodeQueries(OutboundRegistry registry, OtherNodes others) {
		this.registry = registry;
		this.others = others;
	}

	/**
	 * Returns the connections of a user on all nodes.
	 * @param query the user
	 * @param timeout longest time to wait for other nodes
	 * @return the connections; never fails
	 * @throws IllegalArgumentException if the timeout is not positive
	 */
	public Mono<UserConnections> find(NodeQuery.OfUser query, Duration timeout) {
		return ask(query, NodeAnswer.Found.class, timeout).map((all) -> new UserConnections(
				all.answers().stream().flatMap((answer) -> answer.connections().stream()).toList(),
				all.complete() && all.answers().stream().allMatch((answer) -> answer.more() == 0), all.missing()));
	}

	/**
	 * Counts the connections and users of all nodes.
	 * @param timeout longest time to wait for other nodes
	 * @return the numbers; never fails
	 * @throws IllegalArgumentException if the timeout is not positive
	 */
	public Mono<ConnectionCounts> count(Duration timeout) {
		return ask(new NodeQuery.Count(), NodeAnswer.Counted.class, timeout).map((all) -> {
			Set<Long> users = new HashSet<>();
			all.answers().forEach((answer) -> users.addAll(answer.users()));
			long more = all.answers().stream().mapToLong(NodeAnswer.Counted::moreUsers).sum();
			long connections = all.answers().stream().mapToLong(NodeAnswer.Counted::connections).sum();
			return new ConnectionCounts(connections, users.size() + more, all.complete(), all.missing());
		});
	}

	private <A extends NodeAnswer> Mono<Answers<A>> ask(NodeQuery query, Class<A> type, Duration timeout) {
		Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, () -> "The timeout must be positive, not " + timeout);
		return Mono.defer(() -> {
			A own = type.cast(answer(this.registry, query));
			return Flux.fromIterable(this.others.ask(query, timeout).entrySet())
				.flatMap((node) -> answered(node.getKey(), node.getValue(), type), Integer.MAX_VALUE)
				.collectMap(Map.Entry::getKey, Map.Entry::getValue, LinkedHashMap::new)
				.map((answers) -> merged(own, answers));
		});
	}

	private static <A extends NodeAnswer> Mono<Map.Entry<String, Optional<A>>> answered(String node,
			Mono<NodeAnswer> answer, Class<A> type) {
		return answer.ofType(type).map(Optional::of).onErrorResume((ex) -> {
			logger.debug("Node %s has not answered a query about connections".formatted(node), ex);
			return Mono.empty();
		}).defaultIfEmpty(Optional.empty()).map((found) -> Map.entry(node, found));
	}

	private <A> Answers<A> merged(A own, Map<String, Optional<A>> others) {
		List<A> answers = new ArrayList<>(List.of(own));
		others.values().forEach((answer) -> answer.ifPresent(answers::add));
		Set<String> missing = others.entrySet()
			.stream()
			.filter((node) -> node.getValue().isEmpty())
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
		return new Answers<>(answers, missing.isEmpty() && this.others.areKnown(), missing);
	}

	/**
	 * Answers any question for one node.
	 * @param registry the connections of the node
	 * @param query the question
	 */
	public static Mono<NodeAnswer> reply(OutboundRegistry registry, NodeQuery query) {
		if (query instanceof NodeQuery.OfOperator operator) {
			return registry.operators()
				.receive(operator.request())
				.<NodeAnswer>map(NodeAnswer.Document::new)
				.defaultIfEmpty(new NodeAnswer.Document(null));
		}
		return Mono.fromSupplier(() -> answer(registry, query));
	}

	/**
	 * Answers a question about connections for one node.
	 * @param registry the connections of the node
	 * @param query the question
	 * @throws IllegalArgumentException if it is not about connections
	 */
	public static NodeAnswer answer(OutboundRegistry registry, NodeQuery query) {
		if (query instanceof NodeQuery.OfUser user) {
			return found(registry, user);
		}
		Assert.isInstanceOf(NodeQuery.Count.class, query);
		Set<String> users = registry.members().users();
		Set<Long> hashes = hashes(users.stream().limit(MAX_USERS));
		return new NodeAnswer.Counted(registry.members().size(), hashes, Math.max(0, users.size() - MAX_USERS));
	}

	private static NodeAnswer found(OutboundRegistry registry, NodeQuery.OfUser user) {
		List<ActorConnection> found = registry.members().ofUser(user.name(), user.issuer());
		List<ConnectionInfo> listed = found.stream()
			.limit(MAX_CONNECTIONS)
			.map((each) -> new ConnectionInfo(each.id(), each.actorName(), each.actorKey(), registry.node()))
			.toList();
		return new NodeAnswer.Found(listed, found.size() - listed.size());
	}

	/**
	 * Two of a million users have the same hash with a probability of 1 to 37 million.
	 */
	private static Set<Long> hashes(Stream<String> owners) {
		MessageDigest digest = sha256();
		return owners.map((owner) -> ByteBuffer.wrap(digest.digest(owner.getBytes(StandardCharsets.UTF_8))).getLong())
			.collect(Collectors.toSet());
	}

	private static MessageDigest sha256() {
		try {
			return MessageDigest.getInstance("SHA-256");
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Each Java platform has SHA-256", ex);
		}
	}

}

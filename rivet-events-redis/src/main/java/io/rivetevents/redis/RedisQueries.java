/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.cluster.OtherNodes;

/**
 * Queries the other nodes, and answers theirs. Each node has a channel of its own for
 * both. Nodes are known by their heartbeats: a node that has stopped counts as missing
 * until some were missed. Safe for use by several threads.
 */
final class RedisQueries implements OtherNodes {

	private static final Log logger = LogFactory.getLog(RedisQueries.class);

	/** Further nodes are not queried, and answers are not complete then. */
	private static final int MAX_NODES = 1000;

	/** Most queries of this node that wait for an answer of another one. */
	private static final int MAX_WAITING = 10_000;

	/** Most queries of other nodes that are answered at a time; others get no answer. */
	private static final int MAX_ANSWERING = 16;

	/** A node without so many heartbeats has stopped. */
	private static final int SILENT_HEARTBEATS = 3;

	/** After so many heartbeats all other nodes have sent one. */
	private static final int KNOWN_HEARTBEATS = 2;

	private final RedisNode node;

	private final RedisSettings settings;

	private final Scheduler timers;

	private final Supplier<@Nullable RedisLink> link;

	/** By name: time of the last message. */
	private final Map<String, Long> seen = new ConcurrentHashMap<>();

	private final Map<Integer, Sinks.One<NodeAnswer>> waiting = new ConcurrentHashMap<>();

	private final AtomicInteger numbers = new AtomicInteger();

	private final Semaphore answering = new Semaphore(MAX_ANSWERING);

	private volatile @Nullable Long connectedAt;

	/**
	 * Creates queries.
	 * @param node this node
	 * @param settings channel, interval of heartbeats and largest message
	 * @param timers clock and timers
	 * @param link the connection to Redis, {@code null} while it is stopped
	 */
	RedisQueries(RedisNode node, RedisSettings settings, Scheduler timers, Supplier<@Nullable RedisLink> link) {
		this.node = node;
		this.settings = settings;
		this.timers = timers;
		this.link = link;
	}

	/** Returns the channel of this node. */
	String channel() {
		return channel(this.node.name());
	}

	private String channel(String node) {
		return this.settings.channel() + ":" + node;
	}

	/** Notes a message of another node. */
	void seen(String node) {
		if (this.seen.size() < MAX_NODES || this.seen.containsKey(node)) {
			this.seen.put(node, now());
		}
	}

	/** Notes that messages of the other nodes arrive, or that they may be missed. */
	void connected(boolean connected) {
		this.connectedAt = connected ? now() : null;
	}

	@Override
	public Map<String, Mono<NodeAnswer>> ask(NodeQuery query, Duration timeout) {
		long oldest = now() - heartbeats(SILENT_HEARTBEATS);
		this.seen.values().removeIf((at) -> at < oldest);
		Map<String, Mono<NodeAnswer>> answers = new LinkedHashMap<>();
		this.seen.keySet()
			.forEach((other) -> answers.put(other,
					ask(other, query).timeout(timeout, this.timers).publishOn(this.node.workers())));
		return answers;
	}

	private Mono<NodeAnswer> ask(String other, NodeQuery query) {
		return Mono.defer(() -> {
			if (this.waiting.size() >= MAX_WAITING) {
				return Mono.error(new IllegalStateException("%d queries wait for an answer".formatted(MAX_WAITING)));
			}
			int number = this.numbers.incrementAndGet() & Integer.MAX_VALUE;
			Sinks.One<NodeAnswer> answer = Sinks.one();
			this.waiting.put(number, answer);
			return publish(other, QueryMessage.query(this.node.name(), number, query)).then(answer.asMono())
				.doFinally((signal) -> this.waiting.remove(number));
		});
	}

	private Mono<Long> publish(String node, byte[] message) {
		RedisLink link = this.link.get();
		return (link != null) ? link.publish(channel(node), message)
				: Mono.error(() -> new IllegalStateException("The backplane is not running"));
	}

	@Override
	public boolean areKnown() {
		Long since = this.connectedAt;
		return since != null && now() - since >= heartbeats(KNOWN_HEARTBEATS) && this.seen.size() < MAX_NODES;
	}

	/** Receives a message on the channel of this node. */
	void receive(byte[] bytes) {
		try {
			Assert.isTrue(bytes.length <= this.settings.maxMessageSize() + RedisBackplane.MAX_ENVELOPE,
					"it is too large");
			QueryMessage message = QueryMessage.read(bytes);
			if (message != null && message.answer() != null) {
				answered((int) message.number(), message.answer());
			}
			else if (message != null && message.query() != null) {
				answer(message, message.query());
			}
		}
		catch (IllegalArgumentException ex) {
			logger.debug("A message of %d bytes on channel %s is ignored".formatted(bytes.length, channel()), ex);
		}
	}

	private void answered(int number, NodeAnswer answer) {
		Sinks.One<NodeAnswer> waiting = this.waiting.get(number);
		if (waiting != null) {
			waiting.tryEmitValue(answer);
		}
	}

	private void answer(QueryMessage message, NodeQuery query) {
		if (!this.answering.tryAcquire()) {
			logger.debug(
					"A query of node %s is not answered: %d are in progress".formatted(message.node(), MAX_ANSWERING));
			return;
		}
		Mono.fromCallable(() -> this.node.answers().apply(query))
			.subscribeOn(this.node.workers())
			.flatMap((answer) -> publish(message.node(),
					QueryMessage.answer(this.node.name(), message.number(), answer, this.settings.maxMessageSize())))
			.doFinally((signal) -> this.answering.release())
			.subscribe(null,
					(ex) -> logger.debug("A query of node %s could not be answered".formatted(message.node()), ex));
	}

	private long heartbeats(int count) {
		return this.settings.heartbeat().toNanos() * count;
	}

	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Shuts a node down gracefully: rejects new connections, notifies clients of the
 * shutdown, closes their connections gradually, so that clients do not all reconnect in
 * the same second, and saves the instances.
 */
public final class NodeShutdown {

	private static final Log logger = LogFactory.getLog(NodeShutdown.class);

	/** Number of steps in which connections are closed. */
	private static final int STEPS = 50;

	/** Most instances that a warning names. */
	private static final int MAX_LOGGED = 10;

	/**
	 * Longest wait for the end of closed connections: a client that does not read keeps
	 * its connection until it is cut.
	 */
	private static final Duration MAX_PARTING = Duration.ofSeconds(1);

	/** Time between two checks whether all connections have ended. */
	private static final Duration PARTING_CHECK = Duration.ofMillis(5);

	private final LocalNode node;

	private final OutboundRegistry connections;

	private final Scheduler timers;

	private final Duration timeout;

	private final Duration spread;

	/**
	 * Creates a shutdown.
	 * @param node the node to shut down
	 * @param connections the connections whose sockets it holds
	 * @param timers clock and scheduler
	 * @param timeout time limit of the whole shutdown
	 * @param spread time over which connections are closed, at most half of the timeout,
	 * since the rest is needed to save instances
	 */
	public NodeShutdown(LocalNode node, OutboundRegistry connections, Scheduler timers, Duration timeout,
			Duration spread) {
		this.node = node;
		this.connections = connections;
		this.timers = timers;
		this.timeout = timeout;
		Duration most = timeout.dividedBy(2);
		this.spread = (spread.compareTo(most) < 0) ? spread : most;
	}

	/**
	 * Shuts the node down, once subscribed to.
	 * @return completes when all instances are saved and the end of each connection is
	 * reported to its actor, or after the timeout, with a warning if instances are left
	 */
	public Mono<Void> run() {
		return Mono.defer(() -> {
			long end = now() + this.timeout.toNanos();
			return stopNode().then(Mono.defer(() -> closeRest(Duration.ofNanos(end - now()))));
		});
	}

	/** Milliseconds of the timers may follow the clock of the machine. */
	private long now() {
		return this.timers.now(TimeUnit.NANOSECONDS);
	}

	private Mono<Void> stopNode() {
		return Mono.fromRunnable(this.node::drain)
			.then(Mono.defer(this::closeConnections))
			.then(this.node.stop())
			.timeout(this.timeout, this.timers)
			.onErrorResume((ex) -> {
				logger.warn("%d instances did not stop within %s: %s".formatted(this.node.size(), this.timeout,
						this.node.instances().all().stream().limit(MAX_LOGGED).toList()));
				return Mono.empty();
			});
	}

	/**
	 * Closes the connections to actors on other nodes, which keep running, and waits for
	 * the end of all connections: a directory that is stopped next has received each.
	 */
	private Mono<Void> closeRest(Duration remaining) {
		this.connections.close((client) -> true, CloseReason.of(ErrorCode.RESTARTING));
		Duration wait = (remaining.compareTo(MAX_PARTING) < 0) ? remaining : MAX_PARTING;
		if (wait.isNegative() || this.connections.isEmpty()) {
			return Mono.empty();
		}
		return Flux.interval(PARTING_CHECK, this.timers)
			.takeUntil((tick) -> this.connections.isEmpty())
			.take(wait, this.timers)
			.then();
	}

	private Mono<Void> closeConnections() {
		List<Outbound> open = this.connections.outbounds();
		if (open.isEmpty() || this.spread.isZero()) {
			return Mono.empty();
		}
		open.forEach(
				(outbound) -> outbound.announceEnd(ThreadLocalRandom.current().nextLong(this.spread.toMillis() + 1)));
		int step = Math.max(1, (open.size() + STEPS - 1) / STEPS);
		return Flux.fromIterable(open)
			.buffer(step)
			.delayElements(this.spread.dividedBy((open.size() + step - 1) / step), this.timers)
			.doOnNext((some) -> some.forEach((outbound) -> outbound.close(CloseReason.of(ErrorCode.RESTARTING))))
			.then();
	}

}

package io.rivetevents.placement;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

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
 * Ends a node in order: it refuses new connections, announces the end to clients, closes
 * their connections one after the other, so that clients do not reconnect all in the same
 * second, and saves the instances.
 */
public final class NodeShutdown {

	private static final Log logger = LogFactory.getLog(NodeShutdown.class);

	/** Connections are closed in so many steps. */
	private static final int STEPS = 50;

	private final LocalNode node;

	private final OutboundRegistry connections;

	private final Scheduler timers;

	private final Duration timeout;

	private final Duration spread;

	/**
	 * Creates a shutdown.
	 * @param node the node that ends
	 * @param connections the connections that its sockets serve
	 * @param timers where time is measured
	 * @param timeout longest time for all of it
	 * @param spread time over which connections are closed; at most half of the timeout
	 * counts, since the rest is for instances to be saved
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
	 * Ends the node, once it is subscribed to.
	 * @return completes when all instances are saved, or after the timeout with a warning
	 */
	public Mono<Void> run() {
		return Mono.fromRunnable(this.node::drain)
			.then(Mono.defer(this::closeConnections))
			.then(this.node.stop())
			.timeout(this.timeout, this.timers)
			.onErrorResume((ex) -> {
				logger.warn("%d instances could not be ended in %s".formatted(this.node.size(), this.timeout));
				return Mono.empty();
			})
			.then(Mono.fromRunnable(this::closeRest));
	}

	/** Those of actors on other nodes, which do not end with this one. */
	private void closeRest() {
		this.connections.close((client) -> true, CloseReason.of(ErrorCode.RESTARTING));
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

package io.rivetevents.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.ClusterConnections;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.placement.LocalActorDirectory;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

/**
 * Starts the clock of the actors and the backplane, and ends them before the web server
 * stops: an open socket would hold its graceful shutdown up. At the end new connections
 * are refused, clients are told, and the connections are closed one after the other, so
 * that not all come back in the same second; then the instances are saved.
 */
final class RivetEventsLifecycle implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(RivetEventsLifecycle.class);

	/** Connections are closed in so many steps. */
	private static final int STEPS = 50;

	private final LocalActorDirectory directory;

	/** {@code null} if the application has connections of its own. */
	private final @Nullable ClusterConnections connections;

	private final OutboundRegistry registry;

	private final Scheduler timers;

	private final RivetEventsProperties.Shutdown settings;

	private volatile boolean running;

	RivetEventsLifecycle(LocalActorDirectory directory, @Nullable ClusterConnections connections,
			OutboundRegistry registry, Scheduler timers, RivetEventsProperties.Shutdown settings) {
		this.directory = directory;
		this.connections = connections;
		this.registry = registry;
		this.timers = timers;
		this.settings = settings;
	}

	@Override
	public void start() {
		this.directory.start();
		if (this.connections != null) {
			this.connections.start();
		}
		this.running = true;
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		this.directory.drain();
		Mono.defer(this::closeConnections)
			.then(Mono.defer(this.directory::stop))
			.timeout(this.settings.timeout(), this.timers)
			.doFinally((signal) -> {
				if (this.connections != null) {
					this.connections.stop();
				}
				callback.run();
			})
			.subscribe(null, (ex) -> logger.warn(
					"%d instances could not be ended in %s".formatted(this.directory.size(), this.settings.timeout())));
	}

	private Mono<Void> closeConnections() {
		List<Outbound> open = this.registry.outbounds();
		Duration spread = spread();
		if (open.isEmpty() || spread.isZero()) {
			return Mono.empty();
		}
		open.forEach((outbound) -> outbound.announceEnd(ThreadLocalRandom.current().nextLong(spread.toMillis() + 1)));
		int step = Math.max(1, (open.size() + STEPS - 1) / STEPS);
		return Flux.fromIterable(open)
			.buffer(step)
			.delayElements(spread.dividedBy((open.size() + step - 1) / step), this.timers)
			.doOnNext((some) -> some.forEach((outbound) -> outbound.close(CloseReason.of(ErrorCode.RESTARTING))))
			.then();
	}

	/** The rest of the time is for the instances to be saved. */
	private Duration spread() {
		Duration most = this.settings.timeout().dividedBy(2);
		return (this.settings.spread().compareTo(most) < 0) ? this.settings.spread() : most;
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

}

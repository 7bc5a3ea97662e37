package io.rivetevents.placement;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.instance.ActorInstance;

/**
 * Tells the instances of this node the time, from the start of the node to its end.
 */
final class InstanceClock {

	/** How exact time limits are. */
	private static final Duration TICK = Duration.ofMillis(50);

	private final Instances instances;

	private final Scheduler timers;

	private volatile boolean draining;

	private @Nullable Disposable ticking;

	/**
	 * Creates a clock that stands still.
	 * @param instances those in memory
	 * @param timers tell the time
	 */
	InstanceClock(Instances instances, Scheduler timers) {
		this.instances = instances;
		this.timers = timers;
	}

	void start() {
		this.instances.acceptNew();
		this.draining = false;
		this.ticking = this.timers.schedulePeriodically(this::tick, TICK.toMillis(), TICK.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	private void tick() {
		long now = this.timers.now(TimeUnit.NANOSECONDS);
		this.instances.all().forEach((instance) -> instance.tick(now));
	}

	void drain() {
		this.draining = true;
	}

	boolean isDraining() {
		return this.draining;
	}

	Mono<Void> stop() {
		return Mono.defer(() -> {
			this.instances.refuseNew();
			this.draining = true;
			this.instances.all().forEach(ActorInstance::requestShutdown);
			return until(() -> this.instances.size() == 0);
		}).doFinally((signal) -> {
			if (this.ticking != null) {
				this.ticking.dispose();
			}
		});
	}

	/**
	 * Waits for something.
	 * @param over whether it has come; asked at each tick
	 */
	Mono<Void> until(BooleanSupplier over) {
		return Flux.interval(Duration.ZERO, TICK, this.timers).takeUntil((tick) -> over.getAsBoolean()).then();
	}

}

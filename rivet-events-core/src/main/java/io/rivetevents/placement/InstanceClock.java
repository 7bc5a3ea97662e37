package io.rivetevents.placement;

import reactor.core.publisher.Mono;

import io.rivetevents.actor.instance.ActorInstance;

/**
 * Tells the instances of this node the time, from the start of the node to its end.
 */
final class InstanceClock {

	private final Instances instances;

	private volatile boolean draining;

	/**
	 * Creates a clock that stands still.
	 * @param instances those in memory
	 */
	InstanceClock(Instances instances) {
		this.instances = instances;
	}

	void start() {
		this.instances.acceptNew();
		this.draining = false;
		this.instances.dueQueue().start();
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
			return this.instances.departures().ofAll();
		}).doFinally((signal) -> this.instances.dueQueue().stop());
	}

}

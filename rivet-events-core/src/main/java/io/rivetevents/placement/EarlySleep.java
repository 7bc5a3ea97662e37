package io.rivetevents.placement;

import java.time.Duration;
import java.util.Collection;

import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.instance.ActorRuntime;
import io.rivetevents.scheduling.DueQueue;

/**
 * Has instances look at their sleep timeout again, which is shorter while memory is
 * scarce: all of them at once when it becomes scarce, and each second as long as it is.
 * Safe for use by several threads.
 */
final class EarlySleep {

	private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

	private final Collection<ActorInstance> instances;

	private final ActorRuntime runtime;

	private final DueQueue.Entry due;

	private volatile boolean looking;

	/**
	 * Creates what looks at nothing yet.
	 * @param instances those in memory
	 * @param runtime knows whether memory is scarce
	 * @param queue when to look
	 */
	EarlySleep(Collection<ActorInstance> instances, ActorRuntime runtime, DueQueue queue) {
		this.instances = instances;
		this.runtime = runtime;
		this.due = queue.register(this::look);
	}

	/** To be called when an instance has taken memory. */
	void check(long now) {
		if (!this.looking && this.runtime.isScarce()) {
			this.looking = true;
			this.due.arm(now);
		}
	}

	private void look(long now) {
		this.looking = false; // before the look: what takes memory meanwhile checks again
		if (this.runtime.isScarce()) {
			this.looking = true;
			this.instances.forEach(ActorInstance::lookAhead);
			this.due.arm(now + PERIOD_NANOS);
		}
	}

}

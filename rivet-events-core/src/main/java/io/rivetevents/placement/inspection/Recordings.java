/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.explain.DeliveryRecorder;

/**
 * Records the deliveries of single instances for some time, unless those of all instances
 * are recorded. What was recorded stays until newer deliveries take its place. Safe for
 * use by several threads.
 */
public final class Recordings {

	/** Most instances that are recorded at the same time. */
	public static final int MAX_INSTANCES = 100;

	/** Longest time for which an instance is recorded. */
	public static final Duration MAX_DURATION = Duration.ofHours(1);

	private final InspectedInstances instances;

	private final ActorRuntime runtime;

	private final DeliveryRecorder recorder;

	private final boolean all;

	/** Ends of the recordings. Also their lock. */
	private final Map<ActorAddress, Instant> ends = new HashMap<>();

	Recordings(InspectedInstances instances, ActorRuntime runtime) {
		this.instances = instances;
		this.runtime = runtime;
		DeliveryRecorder ofAll = runtime.connections().deliveries();
		this.all = ofAll != null;
		this.recorder = (ofAll != null) ? ofAll : new DeliveryRecorder(runtime.clock());
	}

	/** Returns whether the deliveries of all instances are recorded. */
	public boolean areForAll() {
		return this.all;
	}

	/** Returns what was recorded. */
	public DeliveryRecorder log() {
		return this.recorder;
	}

	/** Returns the number of instances that are recorded. */
	public int size() {
		synchronized (this.ends) {
			removeGone();
			return this.ends.size();
		}
	}

	/**
	 * Keeps the turns of an instance for some time, as a recording of it does. For
	 * instances whose deliveries are recorded in any case.
	 * @param duration how long, at most {@link #MAX_DURATION}
	 * @return whether it is in memory
	 */
	public boolean keepTurns(ActorAddress address, Duration duration) {
		ActorInstance instance = this.instances.find(address);
		if (instance != null) {
			instance.keepTurns(duration);
		}
		return instance != null;
	}

	/**
	 * Returns when the recording of an instance ends, {@code null} if it is not recorded.
	 */
	public @Nullable Instant endOf(ActorAddress address) {
		synchronized (this.ends) {
			return isRecorded(address) ? this.ends.get(address) : null;
		}
	}

	private boolean isRecorded(ActorAddress address) {
		ActorInstance instance = this.instances.find(address);
		return instance != null && instance.connections().isRecorded();
	}

	/**
	 * Removes the recordings of instances that have left memory. Called with the lock.
	 */
	private void removeGone() {
		this.ends.keySet().removeIf((address) -> !isRecorded(address));
	}

	/**
	 * Records the deliveries of an instance in memory for some time, or until it leaves
	 * memory.
	 * @param address its address
	 * @param duration how long, at most {@link #MAX_DURATION}
	 * @return the end; empty if it is not in memory. Fails with
	 * {@link IllegalStateException} if {@value #MAX_INSTANCES} others are recorded
	 */
	public Mono<Instant> record(ActorAddress address, Duration duration) {
		Assert.isTrue(!duration.isNegative() && duration.compareTo(MAX_DURATION) <= 0,
				() -> "The duration must be at most " + MAX_DURATION);
		return Mono.<Instant>fromSupplier(() -> begin(address, duration)).subscribeOn(this.runtime.workers());
	}

	private @Nullable Instant begin(ActorAddress address, Duration duration) {
		ActorInstance instance = this.instances.find(address);
		if (instance == null) {
			return null;
		}
		Instant end = this.runtime.clock().instant().plus(duration);
		synchronized (this.ends) {
			removeGone();
			Assert.state(this.ends.containsKey(address) || this.ends.size() < MAX_INSTANCES,
					() -> "%d instances are already recorded".formatted(MAX_INSTANCES));
			this.ends.put(address, end);
			instance.connections().record(this.recorder);
			instance.keepTurns(duration);
		}
		Runnable ends = () -> this.runtime.workers().schedule(() -> end(address, end));
		this.runtime.timers().schedule(ends, duration.toMillis(), TimeUnit.MILLISECONDS);
		return end;
	}

	/** Unless it has begun anew in the meantime. */
	private void end(ActorAddress address, Instant end) {
		synchronized (this.ends) {
			if (!this.ends.remove(address, end)) {
				return;
			}
			ActorInstance instance = this.instances.find(address);
			if (instance != null) {
				instance.connections().record(null);
			}
		}
	}

}

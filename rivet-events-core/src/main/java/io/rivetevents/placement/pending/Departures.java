/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.pending;

import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.instance.ActorInstance;

/**
 * Signals when instances have left the memory of this node. Safe for use by several
 * threads.
 */
public final class Departures {

	private final Map<ActorAddress, ActorInstance> present;

	private final Scheduler workers;

	private final Map<ActorInstance, Sinks.Empty<Void>> awaited = new ConcurrentHashMap<>();

	private final Queue<MonoSink<Void>> awaitedLast = new ConcurrentLinkedQueue<>();

	/**
	 * Creates the signals.
	 * @param present the instances in memory
	 * @param workers scheduler on which signals are received, since later operators may
	 * block
	 */
	public Departures(Map<ActorAddress, ActorInstance> present, Scheduler workers) {
		this.present = present;
		this.workers = workers;
	}

	/** Completes when an instance has left memory. */
	public Mono<Void> of(ActorInstance instance) {
		return Mono.defer(() -> {
			Sinks.Empty<Void> left = this.awaited.computeIfAbsent(instance, (key) -> Sinks.empty());
			if (this.present.get(instance.address()) != instance) {
				note(instance); // it may have left before this call
			}
			return left.asMono();
		}).publishOn(this.workers);
	}

	/** Completes when no instance is in memory. */
	public Mono<Void> ofAll() {
		return Mono.<Void>create((sink) -> {
			this.awaitedLast.add(sink);
			noteIfLast();
		}).publishOn(this.workers);
	}

	/** Signals that an instance has left memory. */
	public void note(ActorInstance instance) {
		Sinks.Empty<Void> left = this.awaited.remove(instance);
		if (left != null) {
			left.tryEmitEmpty();
		}
		noteIfLast();
	}

	private void noteIfLast() {
		while (this.present.isEmpty() && !this.awaitedLast.isEmpty()) {
			MonoSink<Void> sink = this.awaitedLast.poll();
			if (sink != null) {
				sink.success();
			}
		}
	}

}

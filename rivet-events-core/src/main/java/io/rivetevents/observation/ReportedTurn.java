/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.time.Duration;

import io.rivetevents.actor.ActorAddress;

/**
 * A turn whose start and end are reported to observers. It starts once and ends once, on
 * the threads of the turn.
 */
final class ReportedTurn implements ObservedTurn {

	private final Observers observers;

	private final ActorAddress actor;

	private final long queuedAt;

	private long startedAt;

	ReportedTurn(Observers observers, ActorAddress actor) {
		this.observers = observers;
		this.actor = actor;
		this.queuedAt = observers.now();
	}

	@Override
	public void start() {
		this.startedAt = this.observers.now();
		this.observers.turnStarted(this.actor, Duration.ofNanos(this.startedAt - this.queuedAt));
	}

	@Override
	public void end() {
		this.observers.turnEnded(this.actor, Duration.ofNanos(this.observers.now() - this.startedAt));
	}

}

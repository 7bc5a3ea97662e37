/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.observation;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Schedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.placement.ActorTypes;
import io.rivetevents.protocol.CloseReason;

/**
 * Records what happens in counters and timers. Safe for use by several threads.
 */
final class MeterObserver implements ActorObserver {

	/** Most instances whose next save counts as a retry. */
	private static final int MAX_UNSAVED = 10_000;

	private final DeclaredNames names;

	private final MeterFamily<ActorMeters> actors;

	private final MeterFamily<MeterFamily<Events>> events;

	private final MeterFamily<DistributionSummary> sizes;

	private final MeterFamily<Counter> refused;

	private final MeterFamily<Counter> resumesRefused;

	/** Instances whose last save has failed. */
	private final Set<ActorAddress> unsaved = ConcurrentHashMap.newKeySet();

	/** The counters of one event. */
	private record Events(Counter sent, Counter queued) {

		Events(MeterRegistry registry, String actor, String event) {
			this(RivetMeter.EVENTS_SENT.counter(registry, actor, event),
					RivetMeter.EVENTS_QUEUED.counter(registry, actor, event));
		}

	}

	/**
	 * Creates an observer.
	 * @param registry registry of the meters
	 * @param types the actors, whose actions and events are the values of tags
	 * @param awake the instances in memory
	 */
	MeterObserver(MeterRegistry registry, ActorTypes types, Snapshot<AwakeInstances> awake) {
		this.names = new DeclaredNames(types);
		this.actors = new MeterFamily<>((actor) -> new ActorMeters(registry, actor, awake));
		this.events = new MeterFamily<>((actor) -> new MeterFamily<>((event) -> new Events(registry, actor, event)));
		this.sizes = new MeterFamily<>((encoding) -> RivetMeter.EVENTS_SIZE.summary(registry, encoding));
		this.refused = new MeterFamily<>((reason) -> RivetMeter.CONNECTIONS_REFUSED.counter(registry, reason, "false"));
		this.resumesRefused = new MeterFamily<>(
				(reason) -> RivetMeter.CONNECTIONS_REFUSED.counter(registry, reason, "true"));
	}

	private ActorMeters meters(ActorAddress actor) {
		return this.actors.of(actor.name());
	}

	// Instances

	@Override
	public void actorCreated(ActorInfo actor) {
		meters(actor.address()).changed("created");
	}

	@Override
	public void actorWoken(ActorInfo actor) {
		meters(actor.address()).changed("woken");
	}

	@Override
	public void actorLeaves(ActorInfo actor) {
		this.unsaved.remove(actor.address());
	}

	@Override
	public void actorSlept(ActorInfo actor) {
		meters(actor.address()).changed("slept");
	}

	@Override
	public void actorDestroyed(ActorInfo actor) {
		meters(actor.address()).changed("destroyed");
	}

	@Override
	public void stateSaved(ActorAddress actor, int bytes, Duration duration) {
		if (this.unsaved.remove(actor)) {
			meters(actor).retried();
		}
		meters(actor).saved(bytes, duration);
	}

	@Override
	public void saveFailed(ActorAddress actor, int bytes, Duration duration, Throwable failure) {
		boolean stale = failure instanceof StaleStateException;
		boolean retry = stale ? this.unsaved.remove(actor) : this.unsaved.contains(actor);
		if (retry) {
			meters(actor).retried();
		}
		else if (!stale && this.unsaved.size() < MAX_UNSAVED) {
			this.unsaved.add(actor);
		}
		meters(actor).saveFailed(stale ? "stale" : "failed", duration);
	}

	@Override
	public void scheduleFailed(ActorAddress actor, Schedule schedule, Throwable failure) {
		meters(actor).scheduleFailed();
	}

	// Turns and actions

	@Override
	public void turnStarted(ActorAddress actor, Duration waited) {
		meters(actor).turnStarted(waited);
	}

	@Override
	public void turnEnded(ActorAddress actor, Duration duration) {
		meters(actor).turnEnded(duration);
	}

	@Override
	public void actionEnded(ActionCall call, ActionOutcome outcome) {
		ActorAddress actor = call.actor();
		meters(actor).actionEnded(this.names.action(actor.name(), call.action()), outcome);
	}

	@Override
	public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
		meters(actor).badRequest(this.names.action(actor.name(), action));
	}

	// Connections

	@Override
	public void connectionOpened(Connection<?> connection) {
		this.actors.of(connection.actorName()).opened(OpenConnections.transportOf(connection));
	}

	@Override
	public void connectionResumed(Connection<?> connection, @Nullable String reason) {
		this.actors.of(connection.actorName()).resumed(DeclaredNames.resumed(reason));
	}

	@Override
	public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
		this.actors.of(connection.actorName()).closed(DeclaredNames.reason(reason));
	}

	@Override
	public void connectionRefused(URI handshake, boolean resumes, RivetException refusal) {
		String reason = DeclaredNames.error(refusal.group() + "." + refusal.code());
		(resumes ? this.resumesRefused : this.refused).of(reason).increment();
	}

	// Events

	@Override
	public void eventEncoded(@Nullable String actor, String event, String encoding, int bytes) {
		this.sizes.of(encoding).record(bytes);
	}

	@Override
	public void eventQueued(@Nullable String actor, String event, int targeted, int queued) {
		Events events = this.events.of((actor != null) ? actor : DeclaredNames.NO_ACTOR)
			.of(this.names.event(actor, event));
		events.sent().increment();
		events.queued().increment(queued);
	}

}

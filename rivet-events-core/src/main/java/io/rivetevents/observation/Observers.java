/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.observation;

import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.Schedule;
import io.rivetevents.connection.Connection;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActionCall;
import io.rivetevents.extension.ActionOutcome;
import io.rivetevents.extension.ActorObserver;
import io.rivetevents.extension.ConnectionObserver;
import io.rivetevents.protocol.CloseReason;

/**
 * All observers of the application, called in their order. Methods such as
 * {@link #observeActions} allow callers to skip work that is not observed. Safe for use
 * by several threads.
 */
public final class Observers {

	/** No observers. */
	public static final Observers NONE = new Observers(List.of(), () -> 0);

	private final List<? extends ConnectionObserver> observers;

	private final LongSupplier clock;

	private final Tracing tracing;

	private final Callback<ActorObserver> actorCreated;

	private final Callback<ActorObserver> actorWoken;

	private final Callback<ActorObserver> actorLeaves;

	private final Callback<ActorObserver> actorSlept;

	private final Callback<ActorObserver> actorDestroyed;

	private final Callback<ActorObserver> stateSaved;

	private final Callback<ActorObserver> saveFailed;

	private final Callback<ActorObserver> scheduleFailed;

	private final Callback<ActorObserver> turnQueued;

	private final Callback<ActorObserver> turnStarted;

	private final Callback<ActorObserver> turnEnded;

	private final Callback<ActorObserver> actionStarted;

	private final Callback<ActorObserver> actionEnded;

	private final Callback<ActorObserver> connectionOpened;

	private final Callback<ActorObserver> connectionResumed;

	private final Callback<ActorObserver> connectionClosed;

	private final Callback<ActorObserver> badRequest;

	private final Callback<ConnectionObserver> authenticationTimedOut;

	private final Callback<ConnectionObserver> connectionRefused;

	private final Callback<ConnectionObserver> slowConsumer;

	private final Callback<ConnectionObserver> eventsDropped;

	private final Callback<ConnectionObserver> eventEncoded;

	private final Callback<ConnectionObserver> eventQueued;

	/**
	 * Creates the observers.
	 * @param observers observers of connections, some of which may also observe actors
	 * @param clock returns the time in nanoseconds, for durations
	 */
	public Observers(List<? extends ConnectionObserver> observers, LongSupplier clock) {
		this(observers, clock, Tracing.NONE);
	}

	/**
	 * Creates the observers.
	 * @param observers observers of connections, some of which may also observe actors
	 * @param clock returns the time in nanoseconds, for durations
	 * @param tracing records what actors do as parts of traces
	 */
	public Observers(List<? extends ConnectionObserver> observers, LongSupplier clock, Tracing tracing) {
		this.observers = List.copyOf(observers);
		this.clock = clock;
		this.tracing = tracing;
		this.actorCreated = ofActors("actorCreated", ActorInfo.class);
		this.actorWoken = ofActors("actorWoken", ActorInfo.class);
		this.actorLeaves = ofActors("actorLeaves", ActorInfo.class);
		this.actorSlept = ofActors("actorSlept", ActorInfo.class);
		this.actorDestroyed = ofActors("actorDestroyed", ActorInfo.class);
		this.stateSaved = ofActors("stateSaved", ActorAddress.class, int.class, Duration.class);
		this.saveFailed = ofActors("saveFailed", ActorAddress.class, int.class, Duration.class, Throwable.class);
		this.scheduleFailed = ofActors("scheduleFailed", ActorAddress.class, Schedule.class, Throwable.class);
		this.turnQueued = ofActors("turnQueued", ActorAddress.class, int.class);
		this.turnStarted = ofActors("turnStarted", ActorAddress.class, Duration.class);
		this.turnEnded = ofActors("turnEnded", ActorAddress.class, Duration.class);
		this.actionStarted = ofActors("actionStarted", ActionCall.class);
		this.actionEnded = ofActors("actionEnded", ActionCall.class, ActionOutcome.class);
		this.connectionOpened = ofActors("connectionOpened", Connection.class);
		this.connectionResumed = ofActors("connectionResumed", Connection.class, String.class);
		this.connectionClosed = ofActors("connectionClosed", Connection.class, CloseReason.class);
		this.badRequest = ofActors("badRequest", Connection.class, ActorAddress.class, String.class,
				InvalidArgumentException.class);
		this.authenticationTimedOut = ofConnections("authenticationTimedOut", URI.class, InetSocketAddress.class);
		this.connectionRefused = ofConnections("connectionRefused", URI.class, boolean.class, RivetException.class);
		this.slowConsumer = ofConnections("slowConsumer", Connection.class);
		this.eventsDropped = ofConnections("eventsDropped", Connection.class, String.class, long.class);
		this.eventEncoded = ofConnections("eventEncoded", String.class, String.class, String.class, int.class);
		this.eventQueued = ofConnections("eventQueued", String.class, String.class, int.class, int.class);
	}

	/** Returns the time in nanoseconds. */
	public long now() {
		return this.clock.getAsLong();
	}

	private Callback<ActorObserver> ofActors(String method, Class<?>... parameters) {
		return Callback.of(this.observers, ActorObserver.class, method, parameters);
	}

	private Callback<ConnectionObserver> ofConnections(String method, Class<?>... parameters) {
		return Callback.of(this.observers, ConnectionObserver.class, method, parameters);
	}

	// Instances

	public void actorCreated(ActorInfo actor) {
		this.actorCreated.call(actor, (observer) -> observer.actorCreated(actor));
	}

	public void actorWoken(ActorInfo actor) {
		this.actorWoken.call(actor, (observer) -> observer.actorWoken(actor));
	}

	public void actorLeaves(ActorInfo actor) {
		this.actorLeaves.call(actor, (observer) -> observer.actorLeaves(actor));
	}

	public void actorSlept(ActorInfo actor) {
		this.actorSlept.call(actor, (observer) -> observer.actorSlept(actor));
	}

	public void actorDestroyed(ActorInfo actor) {
		this.actorDestroyed.call(actor, (observer) -> observer.actorDestroyed(actor));
	}

	/** Returns whether saves are observed. */
	public boolean observeSaves() {
		return isTracing() || !this.stateSaved.isEmpty() || !this.saveFailed.isEmpty();
	}

	/** Returns what traces the work of actors. */
	public Tracing tracing() {
		return this.tracing;
	}

	private boolean isTracing() {
		return this.tracing != Tracing.NONE;
	}

	/** Starts to trace a save. */
	public TracedWork traceSave(ActorAddress actor) {
		return this.tracing.save(actor);
	}

	public void stateSaved(ActorAddress actor, int bytes, Duration duration) {
		this.stateSaved.call(actor, (observer) -> observer.stateSaved(actor, bytes, duration));
	}

	public void saveFailed(ActorAddress actor, int bytes, Duration duration, Throwable failure) {
		this.saveFailed.call(actor, (observer) -> observer.saveFailed(actor, bytes, duration, failure));
	}

	public void scheduleFailed(ActorAddress actor, Schedule schedule, Throwable failure) {
		this.scheduleFailed.call(actor, (observer) -> observer.scheduleFailed(actor, schedule, failure));
	}

	// Turns and actions

	/** Returns whether {@link #turnQueued} is observed. */
	public boolean observeQueues() {
		return !this.turnQueued.isEmpty();
	}

	public void turnQueued(ActorAddress actor, int depth) {
		this.turnQueued.call(actor, (observer) -> observer.turnQueued(actor, depth));
	}

	/** Returns whether the start or the end of turns is observed. */
	public boolean observeTurns() {
		return !this.turnStarted.isEmpty() || !this.turnEnded.isEmpty();
	}

	/** Begins to report a turn, which is added to a mailbox now. */
	public ObservedTurn observeTurn(ActorAddress actor) {
		return new ReportedTurn(this, actor);
	}

	void turnStarted(ActorAddress actor, Duration waited) {
		this.turnStarted.call(actor, (observer) -> observer.turnStarted(actor, waited));
	}

	void turnEnded(ActorAddress actor, Duration duration) {
		this.turnEnded.call(actor, (observer) -> observer.turnEnded(actor, duration));
	}

	/** Returns whether the start or the end of actions is observed. */
	public boolean observeActions() {
		return isTracing() || !this.actionStarted.isEmpty() || !this.actionEnded.isEmpty();
	}

	/**
	 * Reports that an action starts.
	 * @param caller context of the caller, with the parent of its trace
	 * @return receives the outcome of the call; without effect if no observer observes
	 * actions
	 */
	public ObservedAction actionStarted(ActorAddress actor, String action, @Nullable Connection<?> connection,
			CallContext caller) {
		if (!observeActions()) {
			return ObservedAction.NONE;
		}
		ObservedCall call = new ObservedCall(this, actor, action, connection, caller);
		this.actionStarted.call(call, (observer) -> observer.actionStarted(call));
		call.trace(this.tracing);
		return call;
	}

	void actionEnded(ActionCall call, ActionOutcome outcome) {
		this.actionEnded.call(call, (observer) -> observer.actionEnded(call, outcome));
	}

	public void badRequest(@Nullable Connection<?> connection, ActorAddress actor, String action,
			InvalidArgumentException violation) {
		this.badRequest.call(actor, (observer) -> observer.badRequest(connection, actor, action, violation));
	}

	// Connections

	/**
	 * Returns work that is traced from its subscription to its end.
	 * @param actor the instance
	 * @param work connects a client to the instance
	 */
	public <T> Mono<T> traceConnection(ActorAddress actor, Mono<T> work) {
		return isTracing() ? Mono.deferContextual((context) -> {
			CallContext caller = CallContext.capture(context);
			TracedWork traced = this.tracing.connection(actor, caller);
			return traced.context(caller)
				.around(work)
				.doOnSuccess((result) -> traced.end(ActionOutcome.Kind.SUCCEEDED, null))
				.doOnError((ex) -> traced.end(ObservedCall.kind(ex), ex))
				.doOnCancel(() -> traced.end(ActionOutcome.Kind.CANCELLED, null));
		}) : work;
	}

	public void connectionOpened(Connection<?> connection) {
		this.connectionOpened.call(connection, (observer) -> observer.connectionOpened(connection));
	}

	public void connectionResumed(Connection<?> connection, @Nullable String reason) {
		this.connectionResumed.call(connection, (observer) -> observer.connectionResumed(connection, reason));
	}

	public void connectionClosed(Connection<?> connection, @Nullable CloseReason reason) {
		this.connectionClosed.call(connection, (observer) -> observer.connectionClosed(connection, reason));
	}

	public void authenticationTimedOut(URI handshake, @Nullable InetSocketAddress remoteAddress) {
		this.authenticationTimedOut.call(handshake.getPath(),
				(observer) -> observer.authenticationTimedOut(handshake, remoteAddress));
	}

	public void connectionRefused(URI handshake, boolean resumes, RivetException refusal) {
		this.connectionRefused.call(handshake.getPath(),
				(observer) -> observer.connectionRefused(handshake, resumes, refusal));
	}

	public void slowConsumer(Connection<?> connection) {
		this.slowConsumer.call(connection, (observer) -> observer.slowConsumer(connection));
	}

	public void eventsDropped(Connection<?> connection, String event, long total) {
		this.eventsDropped.call(connection, (observer) -> observer.eventsDropped(connection, event, total));
	}

	// Events

	/** Returns whether {@link #eventEncoded} is observed. */
	public boolean observeEncodings() {
		return !this.eventEncoded.isEmpty();
	}

	public void eventEncoded(@Nullable String actor, String event, String encoding, int bytes) {
		this.eventEncoded.call(event, (observer) -> observer.eventEncoded(actor, event, encoding, bytes));
	}

	/** Returns whether {@link #eventQueued} is observed. */
	public boolean observeEvents() {
		return !this.eventQueued.isEmpty();
	}

	public void eventQueued(@Nullable String actor, String event, int targeted, int queued) {
		this.eventQueued.call(event, (observer) -> observer.eventQueued(actor, event, targeted, queued));
	}

}

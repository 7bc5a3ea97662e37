/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.runtime;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.springframework.util.IdGenerator;
import org.springframework.util.JdkIdGenerator;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.actor.ownership.Ownership;
import io.rivetevents.actor.persistence.ObservedStateStore;
import io.rivetevents.actor.persistence.ScopedStateStore;
import io.rivetevents.actor.schedule.ScheduleSettings;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.delivery.ConnectionServices;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.Outbox;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.observation.Observers;
import io.rivetevents.scheduling.ActorWorkers;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.SharedWork;

/**
 * Services that all instances of a node share.
 *
 * @param store where they are stored while they sleep
 * @param workers threads for turns, which may block
 * @param clock source of dates in {@code ActorInfo}
 * @param connections services that connections share
 * @param interceptors interceptors of client requests, in their order
 * @param contracts fingerprints of the contracts that clients are built against
 * @param schedules settings of schedules
 * @param ids source of the ids of connections, instances and schedules
 * @param ownership which instances this node may have in memory
 * @param outbox stores durable calls
 * @param principals writes the principals of connections that are stored
 */
public record ActorRuntime(ActorStateStore store, Scheduler workers, Clock clock, ConnectionServices connections,
		List<InboundInterceptor> interceptors, ContractFingerprints contracts, ScheduleSettings schedules,
		IdGenerator ids, Ownership ownership, Outbox outbox, PrincipalCodec principals) {

	/**
	 * Fraction, in eighths, of the memory for loaded instances beyond which memory is
	 * scarce.
	 */
	private static final int SCARCE = 6;

	public ActorRuntime {
		Observers observers = connections.observers();
		// observers receive the failures of the store, callers an error for them
		store = new ScopedStateStore(observers.observeSaves() ? new ObservedStateStore(store, observers) : store,
				connections.callers());
		interceptors = List.copyOf(interceptors);
	}

	/**
	 * Creates services of a node without an outbox, which stores principals by their
	 * names.
	 */
	public ActorRuntime(ActorStateStore store, Scheduler workers, Clock clock, ConnectionServices connections,
			List<InboundInterceptor> interceptors, ContractFingerprints contracts, ScheduleSettings schedules,
			IdGenerator ids, Ownership ownership) {
		this(store, workers, clock, connections, interceptors, contracts, schedules, ids, ownership, Outbox.NONE,
				PrincipalCodec.BY_NAME);
	}

	/** Creates services of a node that shares its store with no other. */
	public ActorRuntime(ActorStateStore store, Scheduler workers, Clock clock, ConnectionServices connections,
			List<InboundInterceptor> interceptors, ContractFingerprints contracts, ScheduleSettings schedules,
			IdGenerator ids) {
		this(store, workers, clock, connections, interceptors, contracts, schedules, ids, Ownership.ALONE);
	}

	/** Creates services with random ids of a node that shares its store with no other. */
	public ActorRuntime(ActorStateStore store, Scheduler workers, Clock clock, ConnectionServices connections,
			List<InboundInterceptor> interceptors, ContractFingerprints contracts, ScheduleSettings schedules) {
		this(store, workers, clock, connections, interceptors, contracts, schedules, new JdkIdGenerator());
	}

	/** Returns a new id. Safe for use by several threads. */
	public String newId() {
		return this.ids.generateId().toString();
	}

	/** Returns a new epoch, which is short because each position of an event has it. */
	public String newEpoch() {
		return Long.toString(this.ids.generateId().getMostSignificantBits() >>> 1, Character.MAX_RADIX);
	}

	/**
	 * Returns workers for work on behalf of a client outside of turns.
	 * @param identity the client
	 * @param actor name of the actor, {@code null} if the work is for none
	 */
	public Scheduler workersFor(Identity identity, @Nullable String actor) {
		String address = this.connections.limits().shareOf(identity.address());
		return ActorWorkers.share(this.workers, new SharedWork.Beneficiary(identity.owner(), address, actor));
	}

	/**
	 * Returns workers for work of an actor outside of turns.
	 * @param actor its name
	 */
	public Scheduler workersFor(String actor) {
		return ActorWorkers.share(this.workers, new SharedWork.Beneficiary(null, null, actor));
	}

	/** Converts values. */
	public ValueMapper mapper() {
		return this.connections.mapper();
	}

	/** Returns the observers of the application. */
	public Observers observers() {
		return this.connections.observers();
	}

	/** Returns the scopes that wrap application code called for a client. */
	public CallerScope callers() {
		return this.connections.callers();
	}

	/**
	 * Returns whether memory for instances is scarce, so that unused instances sleep
	 * early.
	 */
	public boolean isScarce() {
		return this.connections.limits().awake().isBeyond(SCARCE);
	}

	/** Returns the time in nanoseconds. */
	public long now() {
		return timers().now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Returns the scheduler for timeouts, which also provides the time; must not be
	 * blocked.
	 */
	public Scheduler timers() {
		return this.connections.timers();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.simulation.actors;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.UncertainOutcome;
import io.rivetevents.test.simulation.check.Violations;
import io.rivetevents.test.simulation.threads.Trace;
import io.rivetevents.test.time.VirtualTime;

/**
 * The store of a simulation, which outlives its nodes. Fails and is slow on order, and
 * checks that each save replaces the version that it expects and that what was saved is
 * loaded.
 */
public final class SimulatedStore extends DelegatingActorStateStore {

	private final Trace trace;

	private final Violations violations;

	private final Map<ActorAddress, Long> versions = new HashMap<>();

	private final DurableActions durable;

	private final VirtualTime time;

	/** Owners that have saved, by generation. */
	private final Map<Saver, String> savers = new HashMap<>();

	private @Nullable Failure next;

	private boolean away;

	/** Changes of the transaction that runs, {@code null} if there is none. */
	private @Nullable List<Change> joined;

	/** How long the next call takes. */
	private Duration delay = Duration.ZERO;

	/** A time of an instance in memory. */
	private record Saver(String actorId, long generation) {
	}

	/** How a save fails. */
	public enum Failure {

		/** Nothing is saved. */
		BEFORE,

		/** The save takes effect, but its caller gets an error. */
		UNCERTAIN

	}

	/** A fault of the store. */
	static class Failed extends IllegalStateException {

		Failed(String fault) {
			super("Simulated: " + fault);
		}

	}

	/** What a store throws that cannot tell whether it has saved. */
	private static final class ConnectionLost extends Failed implements UncertainOutcome {

		ConnectionLost() {
			super("the connection to the store was lost during the save");
		}

	}

	public SimulatedStore(ActorStateStore delegate, DurableActions durable, VirtualTime time, Trace trace,
			Violations violations) {
		super(delegate);
		this.durable = durable;
		this.time = time;
		this.trace = trace;
		this.violations = violations;
	}

	/** Lets the next save fail, {@code null} for no failure. */
	public void failNext(@Nullable Failure failure) {
		this.next = failure;
	}

	/** Lets all loads and saves fail, or no longer. */
	public void setAway(boolean away) {
		this.away = away;
	}

	public boolean isAway() {
		return this.away;
	}

	private void checkPresent(String operation) {
		if (this.away) {
			this.trace.add("store: a %s fails".formatted(operation));
			throw new Failed("the store is away");
		}
	}

	/** Lets the next load or save take some time. */
	public void delayNext(Duration delay) {
		this.delay = delay;
	}

	private void delay() {
		Duration delay = this.delay;
		if (!delay.isZero()) {
			this.delay = Duration.ZERO;
			this.trace.add("store: a call takes " + delay);
			this.time.advance(delay);
		}
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		delay();
		checkPresent("load");
		StoredActor stored = super.load(address);
		long loaded = (stored != null) ? stored.version() : 0;
		long saved = this.versions.getOrDefault(address, 0L);
		if (loaded != saved) {
			this.violations.add("saved state of %s is loaded".formatted(address),
					"version %d was loaded, version %d was saved".formatted(loaded, saved));
		}
		return stored;
	}

	/**
	 * Begins a transaction, whose changes are checked at once and applied at its end.
	 */
	public void beginTransaction() {
		this.joined = new ArrayList<>();
	}

	/**
	 * Ends a transaction.
	 * @param commits whether its changes are applied
	 */
	public void endTransaction(boolean commits) {
		List<Change> changes = this.joined;
		this.joined = null;
		if (commits && changes != null) {
			changes.forEach(this::apply);
		}
	}

	@Override
	public void commit(Change change) {
		List<Change> joined = this.joined;
		if (joined != null) {
			checkVersion(change, joined);
			joined.add(change);
		}
		else {
			apply(change);
		}
	}

	/**
	 * A database refuses a stale change when it is written, not at the end of its
	 * transaction.
	 */
	private void checkVersion(Change change, List<Change> joined) {
		ActorAddress address = change.actor().address();
		long present = joined.stream()
			.map(Change::actor)
			.filter((actor) -> actor.address().equals(address))
			.map(StoredActor::version)
			.reduce((first, second) -> second)
			.orElse(this.versions.getOrDefault(address, 0L));
		if (present != change.expectedVersion()) {
			throw new StaleStateException(address, change.expectedVersion());
		}
	}

	private void apply(Change change) {
		ActorAddress address = change.actor().address();
		delay();
		Failure failure = this.next;
		this.next = null;
		if (failure == Failure.BEFORE) {
			this.trace.add("store: save of %s fails".formatted(address));
			throw new Failed("the store is not available");
		}
		checkPresent("save");
		super.commit(change);
		checkFence(address, change.expectedVersion());
		checkSaver(change.actor());
		long version = change.actor().version();
		this.versions.put(address, version);
		byte[] state = change.actor().state();
		if (state != null) {
			this.durable.saved(address, state);
		}
		this.trace.add("store: saves version %d of %s with %d events%s".formatted(version, address,
				change.events().size(), (failure != null) ? ", and its answer is lost" : ""));
		if (failure == Failure.UNCERTAIN) {
			throw new ConnectionLost();
		}
	}

	@Override
	public void delete(StoredActor actor) {
		ActorAddress address = actor.address();
		checkPresent("deletion");
		super.delete(actor);
		checkFence(address, actor.version());
		this.versions.remove(address);
		this.trace.add("store: deletes %s".formatted(address));
	}

	/** A generation of an instance is in the memory of one node. */
	private void checkSaver(StoredActor actor) {
		Saver saver = new Saver(actor.actorId(), actor.generation());
		String owner = actor.owner();
		String before = (owner != null) ? this.savers.putIfAbsent(saver, owner) : null;
		if (before != null && !before.equals(owner)) {
			this.violations.add("a generation has one saver",
					"generation %d of %s was saved by two nodes".formatted(actor.generation(), actor.address()));
		}
	}

	private void checkFence(ActorAddress address, long expected) {
		long present = this.versions.getOrDefault(address, 0L);
		if (present != expected) {
			this.violations.add("saves are fenced",
					"%s has version %d, and a save that expected version %d was accepted".formatted(address, present,
							expected));
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.failure.Guarded;

/**
 * Describes the instances of this node. An instance that sleeps is not woken, and one
 * that is awake may fall asleep as if it had not been read. Lists and the store are read
 * on a worker. Safe for use by several threads.
 */
public final class Inspection {

	/** Most instances of one page. */
	public static final int MAX_PAGE = 1000;

	/** How long {@link #sleep} waits. */
	private static final Duration SLEEP_PATIENCE = Duration.ofSeconds(5);

	private static final String AWAKE = "awake:";

	private static final String STORED = "stored:";

	private final InspectedInstances instances;

	private final ActorRuntime runtime;

	private final InstanceReader reader;

	private final Recordings recordings;

	/**
	 * Creates the inspection of a node.
	 * @param instances its instances
	 * @param runtime provides the store and the ownership of instances
	 */
	public Inspection(InspectedInstances instances, ActorRuntime runtime) {
		this.instances = instances;
		this.runtime = runtime;
		this.reader = new InstanceReader(runtime);
		this.recordings = new Recordings(instances, runtime);
	}

	/** Returns the records of deliveries. */
	public Recordings recordings() {
		return this.recordings;
	}

	/** Returns the numbers of the actors that have instances, by their names. */
	public Map<String, ActorCounts> counts() {
		Map<String, ActorCounts> counts = new HashMap<>();
		for (ActorInstance instance : this.instances.all()) {
			add(counts, instance.address(), ActorCounts.ofAwake(instance.connections().size(), instance.depth()));
		}
		for (ActorAddress address : this.instances.sleeping().addresses()) {
			add(counts, address, ActorCounts.ofSleeping(this.instances.sleeping().connections(address).size()));
		}
		return counts;
	}

	private static void add(Map<String, ActorCounts> counts, ActorAddress address, ActorCounts more) {
		counts.merge(address.name(), more, ActorCounts::plus);
	}

	// List

	/**
	 * Lists the instances of an actor: first those in the memory of this node, then those
	 * that are stored only, each in the order of their serialized keys. An instance that
	 * wakes or falls asleep between two pages may be missing or appear twice.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after {@link InstancePage#next()} of the previous page, {@code null} for the
	 * first
	 * @param limit most instances of the page, from 1 to {@value #MAX_PAGE}
	 * @throws IllegalArgumentException if a parameter is invalid
	 */
	public Mono<InstancePage> list(String namespace, String name, @Nullable String after, int limit) {
		Assert.isTrue(limit > 0 && limit <= MAX_PAGE, "The limit must be from 1 to " + MAX_PAGE);
		if (after == null || after.startsWith(AWAKE)) {
			String key = (after != null) ? after.substring(AWAKE.length()) : null;
			return Mono.fromSupplier(() -> awake(namespace, name, key, limit)).subscribeOn(this.runtime.workers());
		}
		Assert.isTrue(after.startsWith(STORED), "The start of the page is invalid");
		String key = after.substring(STORED.length());
		return stored(() -> stored(namespace, name, key.isEmpty() ? null : key, limit));
	}

	private InstancePage awake(String namespace, String name, @Nullable String after, int limit) {
		List<Keyed> page = this.instances.all()
			.stream()
			.filter((instance) -> isOf(instance.address(), namespace, name))
			.map((instance) -> new Keyed(key(instance.address()), instance))
			.filter((keyed) -> after == null || keyed.key().compareTo(after) > 0)
			.sorted(Comparator.comparing(Keyed::key))
			.limit(limit)
			.toList();
		boolean last = page.size() < limit;
		return new InstancePage(page.stream().map(Keyed::instance).map(Inspection::entry).toList(),
				last ? STORED : AWAKE + page.get(limit - 1).key());
	}

	/** An instance with its serialized key, which is written once only. */
	private record Keyed(String key, ActorInstance instance) {
	}

	private static boolean isOf(ActorAddress address, String namespace, String name) {
		return address.name().equals(name) && address.namespace().equals(namespace);
	}

	private static String key(ActorAddress address) {
		return address.key().serialize();
	}

	private static InstancePage.Entry entry(ActorInstance instance) {
		ActorInfo info = instance.info();
		return new InstancePage.Entry(instance.address(),
				(info != null) ? InstanceStatus.AWAKE : InstanceStatus.STARTING, null, info, null,
				instance.connections().size(), instance.depth(), unused(instance));
	}

	private static Duration unused(ActorInstance instance) {
		return Duration.ofNanos(Math.max(0, instance.unusedNanos()));
	}

	private InstancePage stored(String namespace, String name, @Nullable String after, int limit) {
		List<StoredActor> page = this.runtime.store().list(namespace, name, after, limit);
		List<InstancePage.Entry> entries = page.stream()
			.filter((stored) -> this.instances.find(stored.address()) == null)
			.map(this::entry)
			.toList();
		return new InstancePage(entries,
				(page.size() < limit) ? null : STORED + key(page.get(page.size() - 1).address()));
	}

	private InstancePage.Entry entry(StoredActor stored) {
		String other = this.runtime.ownership().otherOwner(stored.address());
		return new InstancePage.Entry(stored.address(),
				(other != null) ? InstanceStatus.ELSEWHERE : InstanceStatus.SLEEPING, other, info(stored),
				stored.savedAt(), this.instances.sleeping().connections(stored.address()).size(), 0, null);
	}

	private static ActorInfo info(StoredActor stored) {
		return new ActorInfo(stored.actorId(), stored.address(), stored.generation(), stored.createdAt(), null, false);
	}

	// One instance

	/**
	 * Describes one instance. What belongs to its turns is read in a turn; if the current
	 * turn does not end within a second, it is {@link InstanceStatus#BUSY} and described
	 * without that.
	 * @param address its address
	 * @return empty if there is no such instance. Fails with what the store, or writing
	 * the state, has thrown
	 */
	public Mono<InstanceReport> describe(ActorAddress address) {
		return Mono.defer(() -> {
			ActorInstance instance = this.instances.find(address);
			return (instance != null) ? describe(instance) : Mono.empty();
		}).switchIfEmpty(Mono.defer(() -> describeStored(address)));
	}

	private Mono<InstanceReport> describe(ActorInstance instance) {
		if (!instance.isRunning()) {
			return Mono.just(report(instance, InstanceStatus.STARTING, null));
		}
		return this.reader.read(instance)
			.map((reading) -> report(instance, InstanceStatus.AWAKE, reading))
			.onErrorResume(TimeoutException.class,
					(ex) -> Mono.fromSupplier(() -> report(instance, InstanceStatus.BUSY, null)));
	}

	private InstanceReport report(ActorInstance instance, InstanceStatus status,
			InstanceReader.@Nullable Reading reading) {
		return new InstanceReport(instance.address(), status, this.runtime.ownership().node(), instance.info(), null,
				instance.depth(), unused(instance), (reading != null) ? reading.state() : null,
				(reading != null) ? reading.contents() : null, instance.connections().snapshot());
	}

	private Mono<InstanceReport> describeStored(ActorAddress address) {
		return stored(() -> this.runtime.store().load(address)).map((stored) -> {
			String other = this.runtime.ownership().otherOwner(address);
			Collection<ActorConnection> connections = this.instances.sleeping().connections(address);
			return (other != null)
					? new InstanceReport(address, InstanceStatus.ELSEWHERE, other, info(stored), stored.savedAt(), 0,
							null, null, null, connections)
					: new InstanceReport(address, InstanceStatus.SLEEPING, null, info(stored), stored.savedAt(), 0,
							null, stored.state(), null, connections);
		});
	}

	private <T> Mono<T> stored(Callable<? extends @Nullable T> access) {
		return Guarded.<T>defer(() -> Mono.fromCallable(access)).subscribeOn(this.runtime.workers());
	}

	// Changes

	/**
	 * Puts an instance to sleep after its current turn, as {@code ActorContext.sleep}
	 * does.
	 * @param address its address
	 * @return whether it has left memory within five seconds; otherwise it does so later,
	 * or stays because it cannot be saved. Empty if it is not in memory
	 */
	public Mono<Boolean> sleep(ActorAddress address) {
		return Mono.defer(() -> {
			ActorInstance instance = this.instances.find(address);
			if (instance == null || !instance.isRunning()) {
				return Mono.empty();
			}
			instance.requestSleep();
			return this.instances.departures()
				.of(instance)
				.thenReturn(true)
				.timeout(SLEEP_PATIENCE, Mono.just(false), this.runtime.timers());
		});
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.actor.hibernation.SleepingInstances;
import io.rivetevents.actor.instance.ActorInstance;
import io.rivetevents.actor.runtime.ActorRuntime;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.failure.Guarded;
import io.rivetevents.protocol.ActorKey;

/**
 * Describes the instances of this node. An instance that sleeps is not woken, and one
 * that is awake may fall asleep as if it had not been read. Lists and the store are read
 * on a worker. Safe for use by several threads.
 */
public final class Inspection {

	/** Most instances of one page. */
	public static final int MAX_PAGE = 1000;

	/** How long turns are kept after a description. */
	private static final Duration TURNS_KEPT = Duration.ofSeconds(10);

	/** How long {@link #sleep} waits. */
	private static final Duration SLEEP_PATIENCE = Duration.ofSeconds(5);

	/** Most reads of the store for one page. */
	private static final int MAX_READS = 10;

	private static final String AWAKE = "awake:";

	private static final String STORED = "stored:";

	private final InspectedInstances instances;

	private final ActorRuntime runtime;

	private final InstanceReader reader;

	private final Recordings recordings;

	private final Reused<Boolean, NodeCounts> counts;

	/** Sorted keys of the instances in memory. */
	private final Reused<Kind, ActorKey[]> keys;

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
		this.counts = new Reused<>(runtime::now);
		this.keys = new Reused<>(runtime::now);
	}

	/** Returns the records of deliveries. */
	public Recordings recordings() {
		return this.recordings;
	}

	/**
	 * Counts the instances of this node. With thousands of them, the numbers are up to
	 * some seconds old.
	 */
	public NodeCounts count() {
		return this.counts.get(true, this.instances.all().size(), this::countAll);
	}

	private NodeCounts countAll() {
		NodeCounts.Sum sum = new NodeCounts.Sum();
		for (ActorInstance instance : this.instances.all()) {
			sum.addAwake(instance.address(), instance.connections().size(), instance.depth());
		}
		SleepingInstances sleeping = this.instances.sleeping();
		for (ActorAddress address : sleeping.addresses()) {
			sum.addSleeping(address, sleeping.connections(address).size());
		}
		return sum.counts();
	}

	// List

	/**
	 * Lists the instances of an actor: first those in the memory of this node, in the
	 * order of their keys, then those that are stored only, in the order of the store. An
	 * instance that wakes or falls asleep between two pages may be missing or appear
	 * twice. With thousands of instances in memory, one that wakes may be missing for
	 * some seconds.
	 * @param namespace their namespace
	 * @param name name of the actor
	 * @param after {@link InstancePage#next()} of the previous page, {@code null} for the
	 * first
	 * @param limit most instances of the page, from 1 to {@value #MAX_PAGE}
	 * @return the page; fails with what the store has thrown, unless it has instances in
	 * memory
	 * @throws IllegalArgumentException if a parameter is invalid
	 */
	public Mono<InstancePage> list(String namespace, String name, @Nullable String after, int limit) {
		Assert.isTrue(limit > 0 && limit <= MAX_PAGE, "The limit must be from 1 to " + MAX_PAGE);
		if (after == null || after.startsWith(AWAKE)) {
			ActorKey key = (after != null) ? ActorKey.parse(after.substring(AWAKE.length())) : null;
			return listAwake(new Kind(namespace, name), key, limit);
		}
		Assert.isTrue(after.startsWith(STORED), "The start of the page is invalid");
		String key = after.substring(STORED.length());
		return listStored(namespace, name, key.isEmpty() ? null : key, limit);
	}

	private Mono<InstancePage> listAwake(Kind kind, @Nullable ActorKey after, int limit) {
		return Mono.fromSupplier(() -> awake(kind, after, limit))
			.subscribeOn(this.runtime.workers())
			.flatMap((page) -> (page.size() < limit) ? followedByStored(page, kind, limit)
					: Mono.just(new InstancePage(page, AWAKE + key(page.get(limit - 1).address()))));
	}

	private List<InstancePage.Entry> awake(Kind kind, @Nullable ActorKey after, int limit) {
		ActorKey[] keys = this.keys.get(kind, this.instances.all().size(), () -> sortedKeys(kind));
		List<InstancePage.Entry> page = new ArrayList<>();
		for (int i = firstAfter(keys, after); i < keys.length && page.size() < limit; i++) {
			ActorInstance instance = this.instances.find(new ActorAddress(kind.namespace(), kind.name(), keys[i]));
			if (instance != null) {
				page.add(entry(instance));
			}
		}
		return page;
	}

	private ActorKey[] sortedKeys(Kind kind) {
		return this.instances.all()
			.stream()
			.map(ActorInstance::address)
			.filter(kind::includes)
			.map(ActorAddress::key)
			.sorted()
			.toArray(ActorKey[]::new);
	}

	private static int firstAfter(ActorKey[] keys, @Nullable ActorKey after) {
		if (after == null) {
			return 0;
		}
		int found = Arrays.binarySearch(keys, after);
		return (found >= 0) ? found + 1 : -found - 1;
	}

	/** The instances of an actor in a namespace. */
	private record Kind(String namespace, String name) {

		boolean includes(ActorAddress address) {
			return address.name().equals(this.name) && address.namespace().equals(this.namespace);
		}

	}

	/** If the store fails, the next page does. */
	private Mono<InstancePage> followedByStored(List<InstancePage.Entry> awake, Kind kind, int limit) {
		Mono<InstancePage> stored = listStored(kind.namespace(), kind.name(), null, limit - awake.size());
		return awake.isEmpty() ? stored
				: stored.map((page) -> page.after(awake)).onErrorReturn(new InstancePage(awake, STORED));
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

	private Mono<InstancePage> listStored(String namespace, String name, @Nullable String after, int limit) {
		return stored(() -> readStored(namespace, name, after, limit));
	}

	/** Those in memory are left out, so one read may not be enough. */
	private InstancePage readStored(String namespace, String name, @Nullable String after, int limit) {
		List<InstancePage.Entry> entries = new ArrayList<>();
		String last = after;
		for (int reads = 0; reads < MAX_READS && entries.size() < limit; reads++) {
			int missing = limit - entries.size();
			List<StoredActor> page = this.runtime.store().list(namespace, name, last, missing);
			page.stream()
				.filter((stored) -> this.instances.find(stored.address()) == null)
				.map(this::entry)
				.forEach(entries::add);
			if (page.size() < missing) {
				return new InstancePage(entries, null);
			}
			last = key(page.get(missing - 1).address());
		}
		return new InstancePage(entries, STORED + last);
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
	 * @return empty if there is no such instance. Fails with what the store has thrown
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
				(reading != null) ? reading.pendingTurns() : instance.depth(), unused(instance),
				(reading != null) ? reading.state() : null, (reading != null) ? reading.contents() : null,
				instance.keepTurns(TURNS_KEPT), instance.connections().snapshot());
	}

	private Mono<InstanceReport> describeStored(ActorAddress address) {
		return stored(() -> this.runtime.store().load(address)).map((stored) -> {
			String other = this.runtime.ownership().otherOwner(address);
			Collection<ActorConnection> connections = this.instances.sleeping().connections(address);
			return (other != null)
					? new InstanceReport(address, InstanceStatus.ELSEWHERE, other, info(stored), stored.savedAt(), 0,
							null, null, null, List.of(), connections)
					: new InstanceReport(address, InstanceStatus.SLEEPING, null, info(stored), stored.savedAt(), 0,
							null, InstanceState.of(stored.state()), null, List.of(), connections);
		});
	}

	private <T> Mono<T> stored(Callable<? extends @Nullable T> access) {
		return Guarded.<T>defer(() -> Mono.fromCallable(access)).subscribeOn(this.runtime.workers());
	}

	/**
	 * Returns the name of the other node on which an instance belongs, {@code null} if it
	 * is in memory here, or belongs here.
	 */
	public @Nullable String otherNode(ActorAddress address) {
		return (this.instances.find(address) == null) ? this.runtime.ownership().otherOwner(address) : null;
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

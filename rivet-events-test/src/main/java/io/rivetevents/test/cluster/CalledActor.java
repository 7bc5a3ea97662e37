/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance under calls from several nodes, each of which adds an entry, and the
 * answers.
 */
final class CalledActor {

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final int CALLERS = 4;

	/**
	 * Pause of a caller after each answer, in milliseconds, so that the history of an
	 * instance keeps all entries of a fault, however fast the machine is.
	 */
	private static final int PACE = 10;

	private final ProcessCluster cluster;

	private final String actor;

	private final String key;

	/** Entries whose call was answered. */
	private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

	/** Entries whose call may or may not have run. */
	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	/** Errors of calls that have not run. */
	private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();

	private final AtomicInteger number = new AtomicInteger();

	private final List<Thread> callers = new ArrayList<>();

	private volatile boolean running;

	/** Uses a new instance of an actor. */
	CalledActor(ProcessCluster cluster, String actor) {
		this(cluster, actor, UUID.randomUUID().toString());
	}

	private CalledActor(ProcessCluster cluster, String actor, String key) {
		this.cluster = cluster;
		this.actor = actor;
		this.key = key;
	}

	/** Uses a new instance of an actor that runs on a node. */
	static CalledActor on(ClusterProcess node, ProcessCluster cluster, String actor) {
		while (true) {
			CalledActor called = new CalledActor(cluster, actor);
			if (called.owner() == node) {
				return called;
			}
		}
	}

	String actor() {
		return this.actor;
	}

	String key() {
		return this.key;
	}

	/** Returns the node that all nodes take for the owner. */
	ClusterProcess owner() {
		return this.cluster.awaitOwner(this.actor, this.key);
	}

	/** Adds an entry at a node, again if the call has not run, and returns it. */
	String add(ClusterProcess node) {
		return Awaitility.await().atMost(ClusterProcess.PATIENCE).until(() -> call(node), (entry) -> entry != null);
	}

	/** Starts callers at nodes, each of which adds entries one by one. */
	void call(List<ClusterProcess> nodes) {
		this.running = true;
		for (int i = 0; i < CALLERS; i++) {
			ClusterProcess node = nodes.get(i % nodes.size());
			Thread thread = new Thread(() -> callRepeatedly(node), "caller");
			thread.setDaemon(true);
			thread.start();
			this.callers.add(thread);
		}
	}

	private void callRepeatedly(ClusterProcess node) {
		while (this.running && node.isAlive()) {
			call(node);
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PACE));
		}
	}

	private @Nullable String call(ClusterProcess node) {
		String entry = "" + this.number.incrementAndGet();
		ClusterProcess.Answer answer = node.post("/add/%s/%s/%s".formatted(this.actor, this.key, entry));
		if (answer == null || answer.body().equals("actor.outcome_unknown")) {
			this.unknown.add(entry);
		}
		else if (answer.isOk()) {
			this.acknowledged.add(entry);
			return entry;
		}
		else {
			this.refused.add(answer.body());
		}
		return null;
	}

	/** Waits until more entries are acknowledged. */
	void awaitMore(int entries) {
		int before = this.acknowledged.size();
		Awaitility.await().atMost(ClusterProcess.PATIENCE).until(() -> this.acknowledged.size() >= before + entries);
	}

	/** Waits until each caller has an answer to a call that began after this moment. */
	void awaitAnswers() {
		awaitMore(CALLERS);
	}

	/** Ends the callers. */
	void endCalls() throws InterruptedException {
		this.running = false;
		for (Thread caller : this.callers) {
			caller.join();
		}
		this.callers.clear();
	}

	/**
	 * Checks that each acknowledged entry is stored once, and that the callers of all
	 * others that are stored were answered with an unknown outcome.
	 * @return the entries that are stored
	 */
	List<String> check() {
		List<String> stored = List.of();
		for (ClusterProcess node : this.cluster.nodes()) {
			stored = entries(node);
			assertThat(stored).doesNotHaveDuplicates().containsAll(this.acknowledged);
			Set<String> others = new HashSet<>(stored);
			others.removeAll(this.acknowledged);
			assertThat(this.unknown).containsAll(others);
		}
		return stored;
	}

	/** Returns the entries as a node reads them. */
	List<String> entries(ClusterProcess node) {
		ClusterProcess.Answer answer = node.get("/entries/%s/%s".formatted(this.actor, this.key));
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		return List.of(MAPPER.readValue(answer.body(), String[].class));
	}

	/** Returns the connections of the instance as its actor {@code NAP} names them. */
	List<String> connections(ClusterProcess node) {
		ClusterProcess.Answer answer = node.get("/connections/%s/%s".formatted(this.actor, this.key));
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		return List.of(MAPPER.readValue(answer.body(), String[].class));
	}

	/** Waits until the instance sleeps at its owner. */
	void awaitSleep(ClusterProcess owner) {
		Awaitility.await()
			.atMost(ClusterProcess.PATIENCE)
			.until(() -> owner.get("/asleep/%s/%s".formatted(this.actor, this.key)).body().equals("true"));
	}

	/** Returns whether the outcome of a call was unknown. */
	boolean isUnknown(String entry) {
		return this.unknown.contains(entry);
	}

	/** Checks that each call was answered. */
	void checkAllAnswered() {
		assertThat(this.unknown).isEmpty();
		assertThat(this.refused).isEmpty();
	}

	@Override
	public String toString() {
		return "%s: %d entries acknowledged, %d unknown, %d refused %s".formatted(this.actor, this.acknowledged.size(),
				this.unknown.size(), this.refused.size(), new HashSet<>(this.refused));
	}

}

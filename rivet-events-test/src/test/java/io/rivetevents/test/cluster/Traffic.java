/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Calls to a few ledgers at all nodes, and clients of these ledgers at all nodes over
 * both transports. It keeps what was acknowledged and what was not.
 */
final class Traffic implements AutoCloseable {

	static final int LEDGERS = 4;

	private static final int CALLERS = 2;

	private static final Duration TIMEOUT = Duration.ofSeconds(15);

	private static final long PAUSE = 25;

	private final List<Node> nodes;

	private final String name;

	private final int fill;

	private final List<StreamClient> clients = new ArrayList<>();

	private final List<Thread> callers = new ArrayList<>();

	private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor();

	private final Queue<Answer> acknowledged = new ConcurrentLinkedQueue<>();

	/** Entries whose call may or may not have run. */
	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	/** By error: number of calls that have not run. */
	private final Map<String, Integer> refused = new ConcurrentHashMap<>();

	private volatile boolean running = true;

	/**
	 * An acknowledged call.
	 *
	 * @param node where it was made
	 * @param ledger index of the ledger
	 * @param entry the entry
	 * @param at when it was answered, as {@code System.nanoTime()}
	 * @param nanos duration of the call
	 */
	record Answer(Node node, int ledger, String entry, long at, long nanos) {
	}

	/**
	 * Creates clients and callers.
	 * @param nodes the nodes
	 * @param name start of the names of the ledgers
	 * @param fill characters that each event has in addition
	 */
	Traffic(List<Node> nodes, String name, int fill) {
		this.nodes = nodes;
		this.name = name;
		this.fill = fill;
		HttpClient http = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.connectTimeout(Duration.ofSeconds(2))
			.build();
		for (int ledger = 0; ledger < LEDGERS; ledger++) {
			for (int home = 0; home < nodes.size(); home++) {
				this.clients.add(new WebSocketClient(http, ledger(ledger), nodes, home));
				this.clients.add(new EventStreamClient(http, ledger(ledger), nodes, home));
			}
		}
		nodes.forEach((node) -> {
			for (int i = 0; i < CALLERS; i++) {
				String caller = "%s-%d".formatted(node, i);
				this.callers.add(new Thread(() -> call(node, caller), caller));
			}
		});
	}

	/** Returns the key of a ledger. */
	String ledger(int index) {
		return "%s-%d".formatted(this.name, index);
	}

	/** Connects the clients, then starts the callers, and waits for answers to each. */
	void start() {
		this.ticks.scheduleWithFixedDelay(this::tick, 0, 100, TimeUnit.MILLISECONDS);
		Awaitility.await()
			.atMost(120, TimeUnit.SECONDS)
			.until(() -> this.clients.stream().filter((client) -> !client.isConnected()).toList(), List::isEmpty);
		long start = System.nanoTime();
		this.callers.forEach(Thread::start);
		Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> isServed(start));
	}

	private void tick() {
		try {
			this.clients.forEach(StreamClient::tick);
		}
		catch (RuntimeException ex) {
			ex.printStackTrace();
		}
	}

	/** Returns whether each ledger has answered a call at each node since then. */
	boolean isServed(long since) {
		Set<String> served = new HashSet<>();
		for (Answer answer : this.acknowledged) {
			if (answer.at() - answer.nanos() >= since) {
				served.add("%s %d".formatted(answer.node(), answer.ledger()));
			}
		}
		return served.size() == this.nodes.size() * LEDGERS;
	}

	private void call(Node node, String caller) {
		try {
			for (int number = 0; this.running; number++) {
				Thread.sleep(add(node, number % LEDGERS, "%s-%d".formatted(caller, number)) ? PAUSE : 2 * PAUSE);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Adds an entry, and keeps what is known of it. */
	private boolean add(Node node, int ledger, String entry) {
		long begin = System.nanoTime();
		try {
			Node.Answer answer = node.send("POST", "/count/%s/%s?fill=%d".formatted(ledger(ledger), entry, this.fill),
					TIMEOUT);
			if (answer.isOk()) {
				long now = System.nanoTime();
				this.acknowledged.add(new Answer(node, ledger, entry, now, now - begin));
				return true;
			}
			else if (answer.body().equals("actor.outcome_unknown")) {
				this.unknown.add(entry);
			}
			else {
				this.refused.merge(answer.body(), 1, Integer::sum);
			}
		}
		catch (ConnectException | HttpConnectTimeoutException ex) {
			this.refused.merge("not connected", 1, Integer::sum);
		}
		catch (IOException ex) {
			this.unknown.add(entry);
		}
		return false;
	}

	/** Ends the calls; one more entry shows the clients what they have missed. */
	void end() throws InterruptedException {
		this.running = false;
		for (Thread caller : this.callers) {
			caller.join();
		}
		for (int ledger = 0; ledger < LEDGERS; ledger++) {
			int index = ledger;
			Awaitility.await()
				.atMost(30, TimeUnit.SECONDS)
				.until(() -> add(this.nodes.get(0), index, "end-" + System.nanoTime()));
		}
	}

	/** Returns what must not be: of the stored entries, and of what clients received. */
	List<String> check() throws IOException {
		List<String> violations = new ArrayList<>();
		for (int ledger = 0; ledger < LEDGERS; ledger++) {
			List<String> stored = entries(ledger);
			String key = ledger(ledger);
			Set<String> kept = new HashSet<>(stored);
			if (kept.size() < stored.size()) {
				violations.add("%s: %d entries are stored twice".formatted(key, stored.size() - kept.size()));
			}
			Set<String> acknowledged = acknowledged(ledger);
			acknowledged.stream()
				.filter((entry) -> !kept.contains(entry))
				.forEach((entry) -> violations.add("%s: %s was acknowledged and is lost".formatted(key, entry)));
			stored.stream()
				.filter((entry) -> !acknowledged.contains(entry) && !this.unknown.contains(entry))
				.forEach((entry) -> violations.add("%s: %s was refused and is stored".formatted(key, entry)));
			violations.addAll(incomplete(key, stored.size()));
		}
		this.clients.forEach((client) -> client.violations()
			.forEach((violation) -> violations.add("%s: %s".formatted(client, violation))));
		return violations;
	}

	private List<String> entries(int ledger) throws IOException {
		Node.Answer answer = this.nodes.get(ledger % this.nodes.size())
			.send("GET", "/entries/%s/%s".formatted(NamespaceApplication.LEDGER, ledger(ledger)), TIMEOUT);
		if (!answer.isOk()) {
			throw new IllegalStateException("%s cannot be read: %s".formatted(ledger(ledger), answer));
		}
		return List.of(Node.MAPPER.readValue(answer.body(), String[].class));
	}

	private Set<String> acknowledged(int ledger) {
		Set<String> entries = new HashSet<>();
		this.acknowledged.stream()
			.filter((answer) -> answer.ledger() == ledger)
			.forEach((answer) -> entries.add(answer.entry()));
		return entries;
	}

	private List<String> incomplete(String ledger, int entries) {
		List<StreamClient> clients = this.clients.stream().filter((client) -> client.ledger().equals(ledger)).toList();
		try {
			Awaitility.await()
				.atMost(20, TimeUnit.SECONDS)
				.until(() -> clients.stream().allMatch((client) -> client.isComplete(entries)));
			return List.of();
		}
		catch (ConditionTimeoutException ex) {
			return incomplete(clients, entries);
		}
	}

	private static List<String> incomplete(List<StreamClient> clients, int entries) {
		return clients.stream()
			.filter((client) -> !client.isComplete(entries))
			.map((client) -> "%s has not received all of %d".formatted(client, entries))
			.toList();
	}

	/** Returns the answers so far. */
	List<Answer> answers() {
		return List.copyOf(this.acknowledged);
	}

	int unknown() {
		return this.unknown.size();
	}

	Map<String, Integer> refused() {
		return new TreeMap<>(this.refused);
	}

	List<StreamClient> clients() {
		return this.clients;
	}

	@Override
	public void close() {
		this.running = false;
		this.callers.forEach(Thread::interrupt);
		this.ticks.shutdownNow();
		this.clients.forEach(StreamClient::abort);
	}

}

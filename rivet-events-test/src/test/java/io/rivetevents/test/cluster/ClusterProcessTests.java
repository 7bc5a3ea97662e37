/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.jdbc.DatabaseServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three nodes in three processes, with PostgreSQL as their store, under calls to one
 * actor from all of them. The system property {@code rivet.test.kills} sets how often the
 * owner is killed, 3 by default.
 */
class ClusterProcessTests {

	private static final JsonMapper MAPPER = new JsonMapper();

	private static final String BOOK = "ledger";

	private static final int CALLERS = 4;

	private final List<ClusterProcess> nodes = new ArrayList<>();

	private final String database = DatabaseServer.postgresql().newDatabase();

	private int started;

	/** Entries whose call was answered. */
	private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

	/** Entries whose call may or may not have run. */
	private final Set<String> unknown = ConcurrentHashMap.newKeySet();

	/** Errors of calls that have not run. */
	private final ConcurrentLinkedQueue<String> refused = new ConcurrentLinkedQueue<>();

	@BeforeEach
	void start() throws IOException {
		for (int i = 0; i < 3; i++) {
			this.nodes.add(node());
		}
		this.nodes.forEach(ClusterProcess::await);
		awaitOneOwner();
		// nodes that started at the same moment may have had two copies: the first save
		// ends one of them
		add("start");
		this.acknowledged.add("start");
	}

	@AfterEach
	void stop() {
		this.nodes.forEach(ClusterProcess::close);
	}

	private ClusterProcess node() throws IOException {
		return new ClusterProcess("node " + ++this.started,
				List.of("spring.datasource.url=" + this.database, "spring.flyway.enabled=false",
						"spring.datasource.hikari.maximum-pool-size=5",
						"rivet.events.state.jdbc.initialize-schema=always", "rivet.events.cluster.enabled=true",
						"rivet.events.cluster.name=test", "rivet.events.cluster.bind-address=127.0.0.1",
						"rivet.events.cluster.port=" + freePort(), "rivet.events.shutdown.spread=0s",
						"rivet.events.history.durable=true", "logging.level.root=warn",
						"logging.level.io.rivetevents.cluster=info", "spring.main.banner-mode=off"));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/** Waits until all nodes name the same owner. */
	private String awaitOneOwner() {
		return Awaitility.await()
			.atMost(ClusterProcess.PATIENCE)
			.until(() -> owners(), (owners) -> owners.size() == 1)
			.iterator()
			.next();
	}

	private Set<String> owners() {
		Set<String> owners = new HashSet<>();
		for (ClusterProcess node : this.nodes) {
			ClusterProcess.Answer answer = node.get("/owner/" + BOOK);
			owners.add(answer.isOk() ? answer.body() : "%s: %s".formatted(node, answer));
		}
		return owners;
	}

	@Test
	void anActorHasOneOwner() {
		Set<String> owners = new HashSet<>();
		for (int book = 0; book < 30; book++) {
			for (ClusterProcess node : this.nodes) {
				assertThat(node.post("/add/%d/%s".formatted(book, node.port())).status()).isEqualTo(200);
			}
			assertThat(entries(this.nodes.get(book % 3), "" + book)).hasSize(3).doesNotHaveDuplicates();
			owners.add(this.nodes.get(0).get("/owner/" + book).body());
		}
		assertThat(owners).hasSize(3);
	}

	@Test
	void nothingIsLostWhenTheOwnerIsKilled() throws Exception {
		int kills = Integer.getInteger("rivet.test.kills", 3);
		List<Long> pauses = new ArrayList<>();
		for (int i = 0; i < kills; i++) {
			AtomicBoolean running = new AtomicBoolean(true);
			ClusterProcess victim = owner();
			List<Thread> callers = callers(running, victim);
			awaitMore(20);
			victim.kill();
			long killed = System.nanoTime();
			this.nodes.remove(victim);
			awaitMore(CALLERS);
			pauses.add(Duration.ofNanos(System.nanoTime() - killed).toMillis());
			awaitMore(20);
			running.set(false);
			for (Thread caller : callers) {
				caller.join();
			}
			this.nodes.add(node().await());
			awaitOneOwner();
			check();
		}
		System.out.printf("%d kills, %d entries acknowledged, %d unknown, refused %s, milliseconds to answer %s%n",
				kills, this.acknowledged.size(), this.unknown.size(), new HashSet<>(this.refused), pauses);
	}

	@Test
	void noCallFailsWhenTheOwnerStops() throws Exception {
		AtomicBoolean running = new AtomicBoolean(true);
		ClusterProcess owner = owner();
		List<Thread> callers = callers(running, owner);
		awaitMore(20);
		owner.stop();
		this.nodes.remove(owner);
		awaitMore(20);
		running.set(false);
		for (Thread caller : callers) {
			caller.join();
		}
		assertThat(this.unknown).isEmpty();
		assertThat(this.refused).isEmpty();
		check();
	}

	@Test
	void aNodeThatWasStoppedForAWhileOverwritesNothing() throws Exception {
		AtomicBoolean running = new AtomicBoolean(true);
		String owner = awaitOneOwner();
		ClusterProcess paused = owner();
		List<Thread> callers = callers(running, paused);
		awaitMore(20);
		paused.signal("STOP");
		awaitMore(20);
		Thread.sleep(Duration.ofSeconds(6).toMillis()); // longer than the failure timeout
		paused.signal("CONT");
		awaitMore(20);
		running.set(false);
		for (Thread caller : callers) {
			caller.join();
		}
		System.out.printf("owner before %s, after %s, %d unknown, refused %s%n", owner, awaitOneOwner(),
				this.unknown.size(), new HashSet<>(this.refused));
		check();
	}

	@Test
	void clientsOfOtherNodesStayConnectedWhenTheOwnerIsKilled() throws Exception {
		List<ClusterClient> clients = new ArrayList<>();
		ClusterProcess owner = owner();
		for (ClusterProcess node : this.nodes) {
			if (node != owner) {
				clients.add(new ClusterClient(node, BOOK, true));
				clients.add(new ClusterClient(node, BOOK, false));
			}
		}
		this.nodes.remove(owner);
		add("first");
		clients.forEach((client) -> client.await("first"));
		owner.kill();
		add("second");
		add("third");
		for (ClusterClient client : clients) {
			client.await("third");
			List<String> entries = new ArrayList<>(client.received());
			assertThat(client.closed()).isNull();
			if (client.isExtended()) {
				assertThat(entries).containsExactly("first", "second", "third");
			}
			else {
				assertThat(entries).startsWith("first").endsWith("third").doesNotHaveDuplicates();
			}
		}
		clients.forEach(ClusterClient::close);
	}

	/** Returns the node that runs the instance. */
	private ClusterProcess owner() {
		String owner = awaitOneOwner();
		return this.nodes.stream().filter((node) -> node.get("/node").body().equals(owner)).findFirst().orElseThrow();
	}

	/** Adds an entry, again if the call has not run. */
	private void add(String entry) {
		Awaitility.await()
			.atMost(ClusterProcess.PATIENCE)
			.until(() -> this.nodes.get(0).post("/add/%s/%s".formatted(BOOK, entry)).isOk());
	}

	/** Starts callers at all nodes but one, each of which adds entries one by one. */
	private List<Thread> callers(AtomicBoolean running, ClusterProcess except) {
		List<Thread> threads = new ArrayList<>();
		List<ClusterProcess> others = this.nodes.stream().filter((node) -> node != except).toList();
		for (int i = 0; i < CALLERS; i++) {
			ClusterProcess node = others.get(i % others.size());
			String prefix = "%d-%d-".formatted(this.started, i);
			Thread thread = new Thread(() -> call(running, node, prefix));
			thread.start();
			threads.add(thread);
		}
		return threads;
	}

	private void call(AtomicBoolean running, ClusterProcess node, String prefix) {
		AtomicInteger number = new AtomicInteger();
		while (running.get()) {
			String entry = prefix + number.incrementAndGet();
			ClusterProcess.Answer answer = node.post("/add/%s/%s".formatted(BOOK, entry));
			if (answer != null && answer.isOk()) {
				this.acknowledged.add(entry);
			}
			else if (answer == null || answer.body().equals("actor.outcome_unknown")) {
				this.unknown.add(entry);
			}
			else {
				this.refused.add(answer.body());
			}
		}
	}

	private void awaitMore(int entries) {
		int before = this.acknowledged.size();
		Awaitility.await().atMost(ClusterProcess.PATIENCE).until(() -> this.acknowledged.size() >= before + entries);
	}

	/** Each acknowledged entry is stored once; others were told that they may be. */
	private void check() {
		for (ClusterProcess node : this.nodes) {
			List<String> stored = entries(node, BOOK);
			assertThat(stored).doesNotHaveDuplicates().containsAll(this.acknowledged);
			Set<String> others = new HashSet<>(stored);
			others.removeAll(this.acknowledged);
			assertThat(this.unknown).containsAll(others);
		}
	}

	private static List<String> entries(ClusterProcess node, String book) {
		ClusterProcess.Answer answer = node.get("/entries/" + book);
		assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		return List.of(MAPPER.readValue(answer.body(), String[].class));
	}

}

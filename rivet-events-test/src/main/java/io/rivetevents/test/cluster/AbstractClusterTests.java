/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests a cluster with the store of an application. Three nodes run in processes of their
 * own, with the class path of the test, which must have {@code rivet-events-cluster}, the
 * module of the store and {@code spring-boot-starter-webflux}. While nodes are killed,
 * stopped and cut off from each other, four threads add entries to an actor with durable
 * actions, and clients at all nodes receive them, over WebSocket and Server-Sent Events.
 * Extend the class and name the store:
 *
 * <pre>{@code
 * class MyClusterTests extends AbstractClusterTests {
 *
 *     &#64;Override
 *     protected Map<String, String> properties() {
 *         return Map.of("spring.datasource.url", "jdbc:postgresql://localhost/test",
 *                 "rivet.events.state.jdbc.initialize-schema", "always");
 *     }
 *
 * }
 * }</pre>
 *
 * All tests check that each acknowledged entry is stored once, that the callers of other
 * stored entries were answered with {@code actor.outcome_unknown} or have lost their
 * connection, and that each client receives entries in their order. With durable history
 * a client of the extended mode receives each of them; with history in memory it is
 * {@code resynced} where it has missed some.
 * <p>
 * Nodes listen on free ports of 127.0.0.1. The JVMs need 3 &#215; 256 MB of heap at most,
 * and the suite takes about three minutes on two cores. With the system property
 * {@value #WHOLE} set to {@code true} it takes more than an hour: it kills 30 owners,
 * among others, with 60 clients of each actor. {@value #BURNER} starts so many processes
 * beside it that use all of the processors. Times are printed and not checked.
 *
 * @since 0.1.0
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
public abstract class AbstractClusterTests {

	/** System property: whether to run in the whole extent. */
	public static final String WHOLE = "rivet.test.cluster.whole";

	/** System property with the number of processes that use the processors. */
	public static final String BURNER = "rivet.test.burner";

	/** Entries that are added before and after a fault. */
	private static final int SOME = 20;

	private final Extent extent = Extent.chosen();

	private ProcessCluster cluster = new ProcessCluster(Map.of());

	private Burner burner = new Burner(0);

	private final List<CalledActor> called = new ArrayList<>();

	private final List<ClusterClients> clients = new ArrayList<>();

	/**
	 * Returns properties of the application: the store, and how nodes find each other.
	 * {@code ${cluster.nodes}} in a value is replaced by the addresses of all nodes, for
	 * the discovery {@code static}.
	 */
	protected abstract Map<String, String> properties();

	/**
	 * Returns whether others can use what a node that is paused within a transaction has
	 * locked in the store.
	 */
	boolean releasesLocksOfPausedNodes() {
		return true;
	}

	@BeforeAll
	void start() {
		this.cluster = new ProcessCluster(properties());
		this.burner = new Burner(Integer.getInteger(BURNER, 0));
	}

	@AfterAll
	void stop() {
		this.cluster.close();
		this.burner.close();
	}

	@AfterEach
	void end() throws InterruptedException {
		this.clients.forEach(ClusterClients::close);
		this.clients.clear();
		for (ClusterProcess node : this.cluster.nodes()) {
			if (node.isPaused()) {
				node.proceed();
			}
		}
		for (CalledActor actor : this.called) {
			actor.endCalls();
		}
		this.called.clear();
	}

	/** Returns an instance with durable history. */
	private CalledActor book() {
		return called(new CalledActor(this.cluster, ClusterActors.BOOK));
	}

	/** Returns an instance with history in memory that runs on a node. */
	private CalledActor draft(ClusterProcess owner) {
		return called(CalledActor.on(owner, this.cluster, ClusterActors.DRAFT));
	}

	private CalledActor called(CalledActor actor) {
		this.called.add(actor);
		return actor;
	}

	private void connectClients(CalledActor actor) throws InterruptedException {
		this.clients.add(new ClusterClients(actor, this.cluster, this.extent.clients(), this.cluster.nodes()));
	}

	private List<Map<ClusterClient, Integer>> connectionsBut(ClusterProcess node) {
		return this.clients.stream().map((clients) -> clients.connectionsBut(node)).toList();
	}

	/** Ends the calls, waits for one cluster, and checks callers and clients. */
	private void check() throws InterruptedException {
		for (CalledActor actor : this.called) {
			actor.endCalls();
		}
		this.cluster.awaitOneView();
		this.clients.forEach((clients) -> clients.check(this.cluster.nodes().get(0)));
		this.called.forEach(CalledActor::check);
	}

	private void print(String fault, Object figures) {
		System.out.printf("%s: %s; %s; %s%n", fault, figures, this.called, this.clients);
	}

	private static long millisSince(long nanos) {
		return Duration.ofNanos(System.nanoTime() - nanos).toMillis();
	}

	/** Waits for a time in which a fault lasts. */
	static void last(Duration duration) throws InterruptedException {
		Thread.sleep(duration.toMillis());
	}

	@Test
	@Order(1)
	void anActorHasOneOwner() {
		this.cluster.size(3);
		Set<ClusterProcess> owners = new HashSet<>();
		for (int i = 0; i < 30; i++) {
			CalledActor book = new CalledActor(this.cluster, ClusterActors.BOOK);
			this.cluster.nodes().forEach(book::add);
			assertThat(book.check()).hasSize(3);
			owners.add(book.owner());
		}
		assertThat(owners).hasSize(3);
	}

	@Test
	@Order(2)
	void nothingIsLostWhenTheOwnerIsKilled() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		CalledActor draft = draft(book.owner());
		connectClients(book);
		connectClients(draft);
		List<Long> pauses = new ArrayList<>();
		int removed = 0;
		for (int i = 0; i < this.extent.kills(); i++) {
			ClusterProcess owner = book.owner();
			List<ClusterProcess> others = this.cluster.without(List.of(owner));
			book.call(others);
			draft.call(others);
			book.awaitMore(SOME);
			draft.awaitMore(SOME);
			long view = others.get(0).view();
			List<Map<ClusterClient, Integer>> connected = connectionsBut(owner);
			this.cluster.kill(List.of(owner));
			long killed = System.nanoTime();
			book.awaitAnswers();
			pauses.add(millisSince(killed));
			book.awaitMore(SOME);
			draft.awaitMore(SOME);
			book.endCalls();
			draft.endCalls();
			removed += this.cluster.removedBut(List.of(owner));
			if (others.get(0).view() == view + 1) { // no other node was suspected
				connected.forEach((counts) -> counts
					.forEach((client, count) -> assertThat(client.connections()).as("%s", client).isEqualTo(count)));
			}
			this.cluster.size(3);
		}
		check();
		print("owner killed", "milliseconds to answers %s; other nodes removed: %d".formatted(pauses, removed));
	}

	@Test
	@Order(2)
	void connectionsSurviveThatTheOwnerIsKilledWhileItSleeps() throws Exception {
		this.cluster.size(3);
		CalledActor nap = called(new CalledActor(this.cluster, ClusterActors.NAP));
		ClusterProcess owner = nap.owner();
		List<ClusterProcess> others = this.cluster.without(List.of(owner));
		ClusterClients clients = new ClusterClients(nap, this.cluster, this.extent.clients(), others);
		this.clients.add(clients);
		List<String> connected = nap.connections(others.get(0));
		assertThat(connected).hasSize(this.extent.clients());
		nap.awaitSleep(owner);
		this.cluster.kill(List.of(owner));
		clients.addUntilReceived(others.get(0)); // those that are attached late are
													// resynced
		clients.check(others.get(0));
		assertThat(clients.connectionsBut(owner).values()).containsOnly(1);
		assertThat(nap.connections(others.get(0))).isEqualTo(connected);
		this.cluster.size(3);
		print("owner killed while it sleeps", "");
	}

	@Test
	@Order(3)
	void noCallFailsWhenTheOwnerStops() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		connectClients(book);
		ClusterProcess owner = book.owner();
		book.call(this.cluster.without(List.of(owner)));
		book.awaitMore(SOME);
		this.cluster.stop(owner);
		book.awaitMore(SOME);
		check();
		book.checkAllAnswered();
		print("owner stopped in an orderly way", "");
	}

	@Test
	@Order(4)
	void aNodeThatWasPausedOverwritesNothing() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		connectClients(book);
		List<Long> pauses = new ArrayList<>();
		int removed = 0;
		for (int i = 0; i < this.extent.pauses(); i++) {
			ClusterProcess owner = book.owner();
			book.call(this.cluster.nodes());
			book.awaitMore(SOME);
			owner.pause();
			if (releasesLocksOfPausedNodes()) {
				long paused = System.nanoTime();
				book.awaitMore(SOME);
				pauses.add(millisSince(paused));
			}
			last(this.extent.pause());
			owner.proceed();
			book.awaitMore(SOME);
			book.endCalls();
			this.cluster.awaitOneView();
			removed += this.cluster.removedBut(List.of(owner));
		}
		check();
		print("owner paused for %s".formatted(this.extent.pause()),
				"milliseconds to answers %s; other nodes removed: %d".formatted(pauses, removed));
	}

	@Test
	@Order(5)
	void aShortPauseLosesNothing() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		connectClients(book);
		int removed = 0;
		for (int i = 0; i < this.extent.shortPauses(); i++) {
			ClusterProcess owner = book.owner();
			book.call(this.cluster.nodes());
			book.awaitMore(SOME);
			owner.pause();
			last(Duration.ofSeconds(2));
			owner.proceed();
			book.awaitMore(SOME);
			book.endCalls();
			removed += this.cluster.removedBut(List.of());
		}
		check();
		print("owner paused for 2 s", "nodes removed: %d".formatted(removed));
	}

	@Test
	@Order(6)
	void aSmallerPartThatIsCutOffSavesNothing() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		ClusterProcess owner = book.owner();
		CalledActor draft = draft(owner);
		connectClients(book);
		connectClients(draft);
		List<ClusterProcess> others = this.cluster.without(List.of(owner));
		cut(List.of(owner), others, others);
	}

	/** Cuts parts off for a while, under calls to both of them. */
	private void cut(List<ClusterProcess> part, List<ClusterProcess> other, List<ClusterProcess> goesOn)
			throws InterruptedException {
		for (CalledActor actor : this.called) {
			actor.call(this.cluster.nodes());
			actor.awaitMore(SOME);
		}
		try (OwnerWatch watch = new OwnerWatch(this.called.get(0), goesOn.get(0))) {
			this.cluster.cut(part, other);
			long cut = System.nanoTime();
			for (CalledActor actor : this.called) {
				actor.awaitMore(SOME);
			}
			long pause = millisSince(cut);
			last(this.extent.cut());
			this.cluster.heal();
			long healed = System.nanoTime();
			this.cluster.awaitOneView();
			long joined = millisSince(healed);
			for (CalledActor actor : this.called) {
				actor.awaitMore(SOME);
			}
			check();
			print("%d nodes cut off from %d for %s".formatted(part.size(), other.size(), this.extent.cut()),
					"milliseconds to answers %d, joined after %d, %d moves".formatted(pause, joined, watch.moves()));
		}
	}

	@Test
	@Order(7)
	void allNodesStartAgain() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		List<Long> times = new ArrayList<>();
		for (int i = 0; i < this.extent.starts(); i++) {
			book.call(this.cluster.nodes());
			book.awaitMore(SOME);
			this.cluster.kill(List.copyOf(this.cluster.nodes()));
			book.endCalls();
			int nodes = (i % 2 == 0) ? 3 : 2;
			for (int node = 0; node < nodes; node++) {
				this.cluster.start();
			}
			this.cluster.nodes().forEach(ClusterProcess::await);
			long started = System.nanoTime();
			this.cluster.awaitOneView();
			times.add(millisSince(started));
			book.check();
		}
		check();
		print("all nodes killed and started at one moment", "milliseconds to one cluster " + times);
	}

	@Test
	@Order(8)
	void theLastOfThreeNodesGoesOn() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		connectClients(book);
		ClusterProcess owner = book.owner();
		ClusterProcess last = this.cluster.without(List.of(owner)).get(0);
		book.call(List.of(last));
		book.awaitMore(SOME);
		this.cluster.kill(this.cluster.without(List.of(last)));
		long killed = System.nanoTime();
		if (!this.extent.isWhole()) {
			this.cluster.size(2);
		}
		book.awaitAnswers();
		print("two of three nodes killed", "milliseconds to answers %d".formatted(millisSince(killed)));
		this.cluster.size(3);
		book.awaitMore(SOME);
		check();
	}

	@Test
	@Order(9)
	void oneOfTwoNodesGoesOn() throws Exception {
		this.cluster.size(2);
		CalledActor book = book();
		connectClients(book);
		List<Long> pauses = new ArrayList<>();
		for (boolean killsOwner : List.of(true, false)) {
			ClusterProcess owner = book.owner();
			ClusterProcess other = this.cluster.without(List.of(owner)).get(0);
			book.call(List.of(killsOwner ? other : owner));
			book.awaitMore(SOME);
			this.cluster.kill(List.of(killsOwner ? owner : other));
			long killed = System.nanoTime();
			book.awaitAnswers();
			pauses.add(millisSince(killed));
			book.awaitMore(SOME);
			book.endCalls();
			this.cluster.size(2);
		}
		check();
		print("one of two nodes killed", "milliseconds to answers " + pauses);
	}

	@Test
	@Order(10)
	void halvesThatAreCutOffOverwriteNothing() throws Exception {
		this.cluster.size(2);
		CalledActor book = book();
		connectClients(book);
		ClusterProcess owner = book.owner();
		List<ClusterProcess> other = this.cluster.without(List.of(owner));
		cut(List.of(owner), other, other);
	}

	/**
	 * Each node is replaced by a new one, as in a deployment, under calls to the others.
	 */
	@Test
	@Order(11)
	void aRollingRestartLosesNothing() throws Exception {
		this.cluster.size(3);
		CalledActor book = book();
		CalledActor draft = draft(book.owner());
		connectClients(book);
		connectClients(draft);
		long begun = System.nanoTime();
		for (int i = 0; i < this.extent.restarts(); i++) {
			for (ClusterProcess node : List.copyOf(this.cluster.nodes())) {
				restart(node);
			}
		}
		long millis = millisSince(begun);
		check();
		this.called.forEach(CalledActor::checkAllAnswered);
		this.clients.forEach(ClusterClients::checkNotNotified);
		print("all nodes restarted %d times, one after the other".formatted(this.extent.restarts()),
				"%d ms".formatted(millis));
	}

	private void restart(ClusterProcess node) throws InterruptedException {
		List<ClusterProcess> others = this.cluster.without(List.of(node));
		for (CalledActor actor : this.called) {
			actor.call(others);
			actor.awaitMore(SOME);
		}
		this.cluster.stop(node);
		this.called.forEach((actor) -> actor.awaitMore(SOME));
		this.cluster.size(3);
		for (CalledActor actor : this.called) {
			actor.awaitMore(SOME);
			actor.endCalls();
		}
	}

	/** Returns an instance under calls from all nodes, with clients. */
	final CalledActor callBook() throws InterruptedException {
		this.cluster.size(3);
		CalledActor book = book();
		connectClients(book);
		book.call(this.cluster.nodes());
		book.awaitMore(SOME);
		return book;
	}

	/** Waits until calls succeed, and checks callers and clients. */
	final void checkBook(CalledActor book, String fault) throws InterruptedException {
		long ended = System.nanoTime();
		book.awaitMore(SOME);
		long pause = millisSince(ended);
		check();
		print(fault, "milliseconds to answers after its end %d".formatted(pause));
	}

}

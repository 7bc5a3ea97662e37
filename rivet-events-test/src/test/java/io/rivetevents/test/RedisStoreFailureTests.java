/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnection;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.redis.store.RedisStateException;
import io.rivetevents.redis.store.UncertainCommitException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Failures of a Redis that forces each change to the disk.
 */
@EnabledIf(value = "isInstalled", disabledReason = "No redis-server is installed")
@ExtendWith(OutputCaptureExtension.class)
class RedisStoreFailureTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofMillis(300);

	private static final Instant LATER = Instant.now().truncatedTo(ChronoUnit.MILLIS).plusSeconds(3600);

	@TempDir
	Path directory;

	private TestRedis redis;

	private RedisNodes nodes;

	private RedisActorStateStore store;

	private final StoredActor first = StoredActor
		.builder(UUID.randomUUID().toString(), new ActorAddress("default", "chat", ActorKey.of("}a{")))
		.version(1)
		.state(bytes("first"))
		.build();

	static boolean isInstalled() {
		return TestRedis.findInstalled().isPresent();
	}

	@BeforeEach
	void start() {
		this.redis = TestRedis.durable(this.directory);
		this.redis.start();
		this.nodes = new RedisNodes(this.redis.port());
		this.store = this.nodes.createStore();
	}

	@AfterEach
	void stop() {
		this.store.close();
		this.nodes.close();
		this.redis.close();
	}

	@Test
	void recoversFromAnOutage() {
		this.store.save(this.first, 0);
		this.redis.kill();
		Awaitility.await()
			.atMost(PATIENCE)
			.untilAsserted(() -> assertThatExceptionOfType(RedisStateException.class)
				.isThrownBy(() -> this.store.save(second("outage"), 1))
				.isNotInstanceOf(UncertainCommitException.class)
				.withMessageContaining("chat[")
				.withMessageContaining("Redis is not reachable"));
		assertThatExceptionOfType(RedisStateException.class).isThrownBy(() -> this.store.load(this.first.address()));
		this.redis.start();
		Awaitility.await()
			.atMost(PATIENCE)
			.ignoreExceptions()
			.until(() -> this.store.load(this.first.address()) != null);
		assertStored(this.first);
		this.store.save(second("second"), 1);
		assertStored(second("second"));
	}

	@Test
	void startsWithoutRedis() {
		this.redis.kill();
		try (RedisActorStateStore early = this.nodes.createStore()) {
			assertThatExceptionOfType(RedisStateException.class).isThrownBy(() -> early.save(this.first, 0))
				.isNotInstanceOf(UncertainCommitException.class);
			this.redis.start();
			early.save(this.first, 0);
			assertThat(early.load(this.first.address())).isNotNull();
		}
	}

	/** The caller has put back the state, and repeats the save with another one. */
	@Test
	void replacesAChangeWithAnUncertainOutcome() {
		try (RedisActorStateStore impatient = this.nodes.createStore(SHORT, 0)) {
			impatient.commit(Change.of(this.first, 0).withEvents(List.of(event(1, "kept")), List.of()));
			Change change = Change.of(second("uncertain"), 1)
				.withEvents(List.of(event(2, "undone"), event(3, "undone")), List.of())
				.withAnswers(List.of(new StoredAnswer("undone", LATER, bytes("x"))));
			uncertain(impatient, change);
			awaitStored(second("uncertain"));
			impatient.commit(Change.of(second("repeated"), 1).withEvents(List.of(event(2, "other")), List.of()));
			assertStored(second("repeated"));
			assertThat(this.store.events(this.first.actorId(), 10)).extracting(StoredEvent::name)
				.containsExactly("kept", "other");
			assertThat(this.store.answer(this.first.actorId(), "undone")).isNull();
			StoredActor third = second("third").toBuilder().version(3).build();
			impatient.commit(Change.of(third, 2).withEvents(List.of(event(3, "last")), List.of()));
			assertStored(third);
		}
	}

	@Test
	void refusesARepetitionAfterAChangeOfAnotherNode() {
		try (RedisActorStateStore impatient = this.nodes.createStore(SHORT, 0)) {
			impatient.save(this.first, 0);
			uncertain(impatient, Change.of(second("uncertain"), 1));
			awaitStored(second("uncertain"));
			StoredActor third = second("of another").toBuilder().version(3).build();
			this.store.save(third, 2);
			assertThatExceptionOfType(StaleStateException.class)
				.isThrownBy(() -> impatient.save(second("repeated"), 1));
			assertStored(third);
		}
	}

	@Test
	void repeatsADeletionWithAnUncertainOutcome() {
		try (RedisActorStateStore impatient = this.nodes.createStore(SHORT, 0)) {
			impatient.save(this.first, 0);
			impatient.delete(this.first); // Redis has the script from now on
			impatient.save(this.first, 0);
			pause();
			assertThatExceptionOfType(UncertainCommitException.class).isThrownBy(() -> impatient.delete(this.first));
			Awaitility.await().atMost(PATIENCE).until(() -> this.store.load(this.first.address()) == null);
			impatient.delete(this.first);
			assertThatExceptionOfType(StaleStateException.class).isThrownBy(() -> impatient.delete(this.first));
			Awaitility.await().atMost(PATIENCE).until(() -> !hasIds());
		}
	}

	@Test
	void findsOutWhatALostConnectionHasExecuted() throws Exception {
		try (BlackHole network = new BlackHole(this.redis.port());
				RedisNodes behind = new RedisNodes(network.port());
				RedisActorStateStore remote = behind.createStore()) {
			remote.save(this.first, 0);
			network.swallowAnswers();
			CompletableFuture<Void> saved = CompletableFuture.runAsync(() -> remote
				.commit(Change.of(second("second"), 1).withEvents(List.of(event(1, "once")), List.of())));
			awaitStored(second("second"));
			network.cut();
			assertThat(saved).succeedsWithin(PATIENCE);
			assertThat(this.store.events(this.first.actorId(), 10)).hasSize(1);
		}
	}

	@Test
	void changesNothingIfTheMemoryOfRedisIsFull() {
		this.store.commit(Change.of(this.first, 0).withEvents(List.of(event(1, "kept")), List.of()));
		configure("maxmemory", "1");
		Change change = Change.of(second("too much"), 1)
			.withEvents(List.of(event(2, "more")), List.of(1L))
			.withAnswers(List.of(new StoredAnswer("a", LATER, bytes("x"))));
		assertThatExceptionOfType(RedisStateException.class).isThrownBy(() -> this.store.commit(change))
			.isNotInstanceOf(UncertainCommitException.class)
			.withMessageContaining("Redis has reached maxmemory");
		StoredActor other = StoredActor.builder("other", ActorAddress.of("chat", "b")).version(1).build();
		assertThatExceptionOfType(RedisStateException.class).isThrownBy(() -> this.store.save(other, 0))
			.withMessageContaining("Redis has reached maxmemory");
		assertStored(this.first);
		assertThat(this.store.events(this.first.actorId(), 10)).hasSize(1);
		assertThat(this.store.answer(this.first.actorId(), "a")).isNull();
		configure("maxmemory", "0");
		this.store.commit(change);
		assertStored(second("too much"));
		configure("maxmemory", "1");
		this.store.delete(second("too much"));
		assertThat(this.store.load(this.first.address())).isNull();
	}

	@Test
	void deletesWhatHasExpired() {
		Instant soon = Instant.now().plusMillis(200);
		StoredEvent brief = new StoredEvent(1, 0, soon, soon, "brief", "all", null);
		this.store.commit(Change.of(this.first, 0)
			.withEvents(List.of(brief, event(2, "kept")), List.of())
			.withAnswers(List.of(new StoredAnswer("brief", soon, bytes("x")))));
		Awaitility.await().atMost(PATIENCE).until(() -> this.store.events(this.first.actorId(), 10).size() == 1);
		assertThat(this.store.answer(this.first.actorId(), "brief")).isNull();
		this.store.save(second("second"), 1);
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			byte[] stream = key("events");
			assertThat(connection.streamCommands().xLen(stream)).isOne();
			assertThat(connection.keyCommands().exists(key("answers"))).isFalse();
			assertThat(connection.keyCommands().pTtl(stream)).isPositive()
				.isLessThanOrEqualTo(Duration.between(Instant.now(), LATER).toMillis() + 1000);
			assertThat(connection.keyCommands().pTtl(key("actor"))).isEqualTo(-1);
		}
	}

	@Test
	void ignoresAndDeletesEntriesWithoutAnInstance() {
		this.store.save(this.first, 0);
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			connection.keyCommands().del(key("actor"));
			assertThat(this.store.loadById(this.first.actorId())).isNull();
			assertThat(this.store.list("default", "chat", null, 10)).isEmpty();
			byte[] list = bytes("rivet:list:{default/chat}");
			assertThat(connection.zSetCommands().zCard(list)).isOne(); // it may be about
																		// to be created
			byte[] id = bytes("rivet:id:" + this.first.actorId());
			connection.stringCommands().set(id, bytes("0 default/chat/%7da%7b"));
			assertThat(this.store.list("default", "chat", null, 10)).isEmpty();
			Awaitility.await().atMost(PATIENCE).until(() -> !connection.keyCommands().exists(id));
			assertThat(connection.zSetCommands().zCard(list)).isZero();
		}
	}

	@Test
	void writesLostEntriesAgainWhenAnInstanceIsLoadedIntoMemory() {
		this.store.save(this.first, 0);
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			connection.keyCommands().del(bytes("rivet:list:{default/chat}"), bytes("rivet:id:" + this.first.actorId()));
		}
		this.store.save(second("second").toBuilder().generation(2).build(), 1);
		Awaitility.await().atMost(PATIENCE).until(() -> this.store.loadById(this.first.actorId()) != null);
		Awaitility.await().atMost(PATIENCE).until(() -> this.store.list("default", "chat", null, 10).size() == 1);
	}

	@Test
	void waitsForReplicas(@TempDir Path other) {
		TestRedis replica = TestRedis.installed("--dir", other.toString(), "--repl-diskless-sync-delay", "0",
				"--replicaof", "127.0.0.1 " + this.redis.port());
		try (replica; RedisActorStateStore replicated = this.nodes.createStore(Duration.ofSeconds(10), 1)) {
			assertThatExceptionOfType(UncertainCommitException.class).isThrownBy(() -> replicated.save(this.first, 0))
				.withMessageContaining("0 of 1 replicas");
			configure("repl-diskless-sync-delay", "0");
			replica.start();
			// the same creation, which has been executed
			Awaitility.await()
				.atMost(PATIENCE)
				.ignoreExceptionsInstanceOf(UncertainCommitException.class)
				.untilAsserted(() -> replicated.save(this.first, 0));
			replicated.save(second("second"), 1);
			try (RedisNodes reader = new RedisNodes(replica.port()); RedisActorStateStore copy = reader.createStore()) {
				assertThat(copy.load(this.first.address())).usingRecursiveComparison().isEqualTo(second("second"));
			}
			replica.kill();
			StoredActor third = second("third").toBuilder().version(3).build();
			assertThatExceptionOfType(UncertainCommitException.class).isThrownBy(() -> replicated.save(third, 2))
				.withMessageContaining("0 of 1 replicas");
		}
	}

	@Test
	void warnsOfWhatCanBeLost(CapturedOutput output) {
		this.store.load(this.first.address());
		assertThat(output).doesNotContain("Redis can lose");
		configure("appendfsync", "everysec");
		try (RedisActorStateStore another = this.nodes.createStore()) {
			another.load(this.first.address());
			another.load(this.first.address());
		}
		assertThat(output).containsOnlyOnce("Redis can lose stored instances")
			.contains("'appendfsync' is 'everysec' instead of 'always', so the changes of the last second");
		configure("appendonly", "no");
		configure("maxmemory", "1gb");
		configure("maxmemory-policy", "allkeys-lru");
		try (RedisActorStateStore another = this.nodes.createStore()) {
			another.load(this.first.address());
		}
		assertThat(output).contains("'appendonly' is off").contains("'maxmemory-policy' is 'allkeys-lru'");
	}

	/** Redis executes the change after the store has stopped waiting. */
	private void uncertain(RedisActorStateStore impatient, Change change) {
		pause();
		assertThatExceptionOfType(UncertainCommitException.class).isThrownBy(() -> impatient.commit(change))
			.withMessageContaining("no answer of Redis within PT0.3S");
	}

	private void pause() {
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			connection.execute("CLIENT", bytes("PAUSE"), bytes("1000"), bytes("WRITE"));
		}
	}

	private void configure(String name, String value) {
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			connection.serverCommands().setConfig(name, value);
		}
	}

	private boolean hasIds() {
		try (RedisConnection connection = this.nodes.connections().getConnection()) {
			return !connection.keyCommands().keys(bytes("rivet:id:*")).isEmpty();
		}
	}

	private void awaitStored(StoredActor expected) {
		Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertStored(expected));
	}

	private void assertStored(StoredActor expected) {
		assertThat(this.store.load(this.first.address())).usingRecursiveComparison().isEqualTo(expected);
	}

	private StoredActor second(String state) {
		return this.first.toBuilder().version(2).state(bytes(state)).build();
	}

	private static StoredEvent event(long position, String name) {
		return new StoredEvent(position, position - 1, Instant.EPOCH, LATER, name, "all", bytes("[]"));
	}

	private static byte[] key(String kind) {
		return bytes("rivet:%s:{default/chat/%%7da%%7b}".formatted(kind));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}

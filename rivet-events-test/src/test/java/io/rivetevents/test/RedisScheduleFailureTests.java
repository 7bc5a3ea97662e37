/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.connection.RedisConnection;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.redis.store.RedisActorStateStore;
import io.rivetevents.redis.store.RedisStateException;
import io.rivetevents.redis.store.UncertainCommitException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Schedules in Redis when a change fails or stops between its steps: the entries in the
 * index of times, the change of the instance, and the removal of entries.
 */
@EnabledIf(value = "isInstalled", disabledReason = "No redis-server is installed")
class RedisScheduleFailureTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final byte[] INDEX = bytes("rivet:due");

	private static final byte[] SCHEDULES = bytes("rivet:schedules:{default/chat/a}");

	private static final Instant TIME = Instant.parse("2020-01-01T09:00:00Z");

	private static final Instant LATER = TIME.plusSeconds(1);

	@TempDir
	Path directory;

	private TestRedis redis;

	private RedisNodes nodes;

	private RedisActorStateStore store;

	private RedisConnection connection;

	private final StoredActor first = StoredActor.builder(UUID.randomUUID().toString(), ActorAddress.of("chat", "a"))
		.version(1)
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
		this.connection = this.nodes.connections().getConnection();
	}

	@AfterEach
	void stop() {
		this.connection.close();
		this.store.close();
		this.nodes.close();
		this.redis.close();
	}

	/**
	 * The process ends after the change and before it removes the entry, which is kept
	 * until another change, as the last one may be replaced.
	 */
	@Test
	void removesEntriesOfReplacedSchedules() {
		commit(1, List.of(schedule("a", TIME), schedule("b", TIME)), List.of());
		Set<String> before = index();
		commit(2, List.of(schedule("a", LATER)), List.of("b"));
		awaitIndex(1);
		Set<String> after = index();
		addToIndex(before);
		assertDue(LATER, "a");
		assertThat(index()).hasSize(3);
		commit(3, List.of(), List.of());
		assertDue(LATER, "a");
		awaitIndex(1);
		assertThat(index()).isEqualTo(after);
	}

	/** The process ends before the change, or the change is in progress. */
	@Test
	void ignoresEntriesWithoutASchedule() {
		commit(1, List.of(schedule("a", TIME)), List.of());
		String pending = index().iterator().next().replaceFirst("Z(.*?)\0a\0\\d+-", "Z$1\0z\0" + "2-");
		addToIndex(Set.of(pending));
		assertDue(TIME, "a");
		commit(2, List.of(), List.of());
		assertDue(TIME, "a");
		assertThat(index()).hasSize(2); // an earlier attempt may have stored this version
		commit(3, List.of(), List.of());
		assertDue(TIME, "a");
		awaitIndex(1);
		assertThat(index()).doesNotContain(pending);
		String abandoned = pending.replaceFirst("\0z\0\\d+-\\d+-", "\0z\0" + "99-0-");
		addToIndex(Set.of(abandoned));
		assertDue(TIME, "a");
		awaitIndex(1);
		assertThat(index()).doesNotContain(abandoned);
	}

	@Test
	void ignoresEntriesOfDeletedInstances() {
		commit(1, List.of(schedule("a", TIME)), List.of());
		Set<String> before = index();
		this.store.delete(this.first);
		awaitIndex(0);
		addToIndex(before);
		assertDue(TIME);
		assertThat(index()).isEqualTo(before); // the instance may be about to be created
		StoredActor again = StoredActor.builder(UUID.randomUUID().toString(), this.first.address()).version(1).build();
		this.store.commit(Change.of(again, 0).withSchedules(List.of(schedule("a", TIME)), List.of()));
		assertThat(this.store.due(TIME, null, 10)).containsExactly(new DueSchedule(TIME, again.actorId(), "a"));
		before.forEach((member) -> addToIndex(Set.of(member.replaceFirst("-\\d+-(\\p{XDigit}+ )", "-0-$1"))));
		assertThat(index()).hasSize(3);
		assertThat(this.store.due(TIME, null, 10)).hasSize(1);
		awaitIndex(2);
	}

	@Test
	void removesEntriesOfStaleChanges() {
		commit(1, List.of(schedule("a", TIME)), List.of());
		Set<String> before = index();
		assertThatExceptionOfType(StaleStateException.class)
			.isThrownBy(() -> commit(3, List.of(schedule("b", TIME)), List.of()));
		this.store.postpone(new DueSchedule(LATER, this.first.actorId(), "a"), TIME);
		awaitIndex(1);
		assertThat(index()).isEqualTo(before);
	}

	@Test
	void writesLostEntriesAgainWhenTheSchedulesAreLoaded() {
		commit(1, List.of(schedule("a", TIME), schedule("never", null)), List.of());
		Set<String> before = index();
		this.connection.keyCommands().del(INDEX);
		assertDue(TIME);
		assertThat(this.store.schedules(this.first.actorId())).hasSize(2);
		awaitIndex(1);
		assertThat(index()).isEqualTo(before);
		assertDue(TIME, "a");
	}

	@Test
	void writesALostIdAgainWhenAScheduleIsDue() {
		commit(1, List.of(schedule("a", TIME)), List.of());
		this.connection.keyCommands().del(bytes("rivet:id:" + this.first.actorId()));
		assertThat(this.store.loadById(this.first.actorId())).isNull();
		assertDue(TIME, "a");
		Awaitility.await().atMost(PATIENCE).until(() -> this.store.loadById(this.first.actorId()) != null);
	}

	/**
	 * The change was executed, and the instance has put back its state: it stores another
	 * change with the same version. In between the entries are found and not removed,
	 * even if they are old.
	 */
	@Test
	void putsBackSchedulesOfAnUncertainChange() {
		try (RedisActorStateStore impatient = this.nodes.createStore(Duration.ofMillis(300), 0)) {
			impatient.commit(Change.of(this.first, 0)
				.withSchedules(List.of(schedule("cancelled", TIME), schedule("replaced", TIME), schedule("kept", TIME)),
						List.of()));
			impatient.commit(Change.of(version(2), 1).withSchedules(List.of(schedule("kept", TIME)), List.of()));
			awaitIndex(3);
			makeOld();
			this.connection.execute("CLIENT", bytes("PAUSE"), bytes("1000"), bytes("WRITE"));
			Change uncertain = Change.of(version(3), 2)
				.withSchedules(List.of(schedule("replaced", null), schedule("added", null)), List.of("cancelled"));
			assertThatExceptionOfType(UncertainCommitException.class).isThrownBy(() -> impatient.commit(uncertain));
			Awaitility.await().atMost(PATIENCE).until(() -> this.store.load(this.first.address()).version() == 3);
			assertDue(LATER, "kept");
			assertThat(index()).hasSize(3);
			impatient.commit(Change.of(version(3).toBuilder().format(7).build(), 2)
				.withSchedules(List.of(schedule("kept", LATER)), List.of()));
			assertDue(LATER, "cancelled", "replaced", "kept");
			assertThat(this.store.schedules(this.first.actorId())).extracting(StoredSchedule::id)
				.containsExactlyInAnyOrder("cancelled", "replaced", "kept");
			impatient.commit(Change.of(version(4), 3).withSchedules(List.of(), List.of("cancelled")));
			assertDue(LATER, "replaced", "kept");
			awaitIndex(2);
		}
	}

	@Test
	void repeatsBothStepsAfterALostConnection() throws Exception {
		commit(1, List.of(schedule("a", TIME)), List.of());
		try (BlackHole network = new BlackHole(this.redis.port());
				RedisNodes behind = new RedisNodes(network.port());
				RedisActorStateStore remote = behind.createStore()) {
			remote.load(this.first.address());
			network.swallowAnswers();
			CompletableFuture<Void> saved = CompletableFuture.runAsync(() -> remote.commit(Change.of(version(2), 1)
				.withSchedules(List.of(schedule("a", LATER), schedule("b", LATER)), List.of())));
			awaitIndex(3);
			network.cut();
			assertThat(saved).succeedsWithin(PATIENCE);
			assertDue(LATER, "a", "b");
			awaitIndex(2);
		}
	}

	@Test
	void changesNothingIfTheMemoryOfRedisIsFull() {
		commit(1, List.of(schedule("a", TIME)), List.of());
		commit(2, List.of(schedule("b", TIME)), List.of());
		this.connection.serverCommands().setConfig("maxmemory", "1");
		for (Change change : List.of(Change.of(version(3), 2).withSchedules(List.of(schedule("c", TIME)), List.of()),
				Change.of(version(3), 2).withSchedules(List.of(schedule("a", null)), List.of("b")))) {
			assertThatExceptionOfType(RedisStateException.class).isThrownBy(() -> this.store.commit(change))
				.isNotInstanceOf(UncertainCommitException.class)
				.withMessageContaining("Redis has reached maxmemory");
		}
		assertThat(this.store.load(this.first.address()).version()).isEqualTo(2);
		assertDue(TIME, "a", "b");
		this.store.delete(version(2));
		assertThat(this.store.schedules(this.first.actorId())).isEmpty();
		awaitIndex(0);
	}

	/** Without the entries the change is not made, so that its outcome is certain. */
	@Test
	void changesNothingIfReplicasDoNotConfirmTheEntries() {
		try (RedisActorStateStore replicated = this.nodes.createStore(Duration.ofSeconds(10), 1)) {
			assertThatExceptionOfType(RedisStateException.class)
				.isThrownBy(() -> replicated
					.commit(Change.of(this.first, 0).withSchedules(List.of(schedule("a", TIME)), List.of())))
				.isNotInstanceOf(UncertainCommitException.class)
				.withMessageContaining("0 of 1 replicas");
			assertThat(this.store.load(this.first.address())).isNull();
			assertDue(TIME);
		}
	}

	@Test
	void keepsSchedulesWhenRedisIsKilled() {
		commit(1, List.of(schedule("a", TIME), schedule("b", LATER)), List.of());
		this.redis.kill();
		this.redis.start();
		Awaitility.await()
			.atMost(PATIENCE)
			.ignoreExceptions()
			.until(() -> this.store.load(this.first.address()) != null);
		assertDue(LATER, "a", "b");
		this.store.postpone(new DueSchedule(TIME, this.first.actorId(), "a"), LATER.plusSeconds(1));
		assertDue(LATER, "b");
	}

	private void commit(long version, List<StoredSchedule> schedules, List<String> cancelled) {
		this.store.commit(Change.of(version(version), version - 1).withSchedules(schedules, cancelled));
	}

	private StoredActor version(long version) {
		return this.first.toBuilder().version(version).build();
	}

	private static StoredSchedule schedule(String id, @Nullable Instant runAt) {
		return new StoredSchedule(id, runAt, 0, "action", bytes("[]"));
	}

	private void assertDue(Instant until, String... ids) {
		assertThat(this.store.due(until, null, 10)).extracting(DueSchedule::id).containsExactly(ids);
	}

	private Set<String> index() {
		return this.connection.zSetCommands()
			.zRange(INDEX, 0, -1)
			.stream()
			.map((member) -> new String(member, StandardCharsets.UTF_8))
			.collect(Collectors.toSet());
	}

	private void addToIndex(Set<String> members) {
		members.forEach((member) -> this.connection.zSetCommands().zAdd(INDEX, 0, bytes(member)));
	}

	/** Entries are removed without waiting for it. */
	private void awaitIndex(int size) {
		Awaitility.await().atMost(PATIENCE).until(() -> index().size() == size);
	}

	/** Changes all schedules and entries as if they had been written long ago. */
	private void makeOld() {
		Set<String> old = index().stream()
			.map((member) -> member.replaceFirst("-\\d+-(\\p{XDigit}+ )", "-0-$1"))
			.collect(Collectors.toSet());
		this.connection.keyCommands().del(INDEX);
		addToIndex(old);
		this.connection.hashCommands()
			.hGetAll(SCHEDULES)
			.forEach((id, value) -> this.connection.hashCommands()
				.hSet(SCHEDULES, id, bytes(
						new String(value, StandardCharsets.UTF_8).replaceFirst("-\\d+-(\\p{XDigit}+ )", "-0-$1"))));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}

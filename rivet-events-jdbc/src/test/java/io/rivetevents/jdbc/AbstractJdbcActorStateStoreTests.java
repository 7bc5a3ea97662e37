/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What differs between databases, on each of them.
 */
abstract class AbstractJdbcActorStateStoreTests {

	static final Duration TIMEOUT = Duration.ofSeconds(20);

	final JdbcSettings settings = new JdbcSettings("rivet_", TIMEOUT);

	Instant now = Instant.parse("2026-11-28T10:00:00.123456789Z");

	private final InstantSource clock = () -> this.now;

	DataSource dataSource;

	JdbcActorStateStore store;

	/** Returns a database without tables of the store. */
	abstract DataSource emptyDatabase() throws Exception;

	@BeforeEach
	void open() throws Exception {
		this.dataSource = emptyDatabase();
		new JdbcSchema(this.dataSource, this.settings).create();
		this.store = new JdbcActorStateStore(this.dataSource, this.settings, this.clock);
	}

	@AfterEach
	void closeStore() {
		this.store.close();
	}

	@Test
	void keepsEveryProperty() {
		StoredActor actor = StoredActor.builder("id-1", ActorAddress.of("room", "a", "b"))
			.version(1)
			.generation(7)
			.createdAt(this.now)
			.savedAt(this.now.plusNanos(1))
			.format(3)
			.owner("node-1")
			.epoch("epoch-1")
			.reserved(Long.MAX_VALUE)
			.marks("1 2 3")
			.state("{\"a\":\"ä\"}".getBytes(StandardCharsets.UTF_8))
			.input(new byte[] { 0, 1, -1 })
			.build();
		this.store.save(actor, 0);
		assertThat(this.store.load(actor.address())).usingRecursiveComparison().isEqualTo(actor);
		assertThat(this.store.loadById("id-1")).usingRecursiveComparison().isEqualTo(actor);
		StoredActor empty = StoredActor.builder("id-1", actor.address()).version(2).build();
		this.store.save(empty, 1);
		assertThat(this.store.load(actor.address())).usingRecursiveComparison().isEqualTo(empty);
	}

	@Test
	void aTimeBeyondTheRangeIsTheLastOne() {
		StoredActor actor = actor("far").createdAt(Instant.MIN).savedAt(Instant.MAX).build();
		this.store.save(actor, 0);
		assertThat(this.store.load(actor.address())).satisfies((stored) -> {
			assertThat(stored.createdAt()).isBefore("1678-01-01T00:00:00Z");
			assertThat(stored.savedAt()).isAfter("2262-01-01T00:00:00Z");
		});
	}

	@Test
	void keysAreComparedByteForByte() {
		String large = "k".repeat(JdbcActorStateStore.MAX_KEY_SIZE);
		List<String> keys = List.of("a", "A", "ä", "a ", "a\u0308", " a", "Ä", "\u00df", "ss", large,
				large.substring(1) + "l", "\u20ac".repeat(341) + "a");
		for (String key : keys) {
			this.store.save(actor(key).state(key.getBytes(StandardCharsets.UTF_8)).build(), 0);
		}
		for (String key : keys) {
			assertThat(this.store.load(ActorAddress.of("room", key))).as(key)
				.satisfies((stored) -> assertThat(stored.state()).asString(StandardCharsets.UTF_8).isEqualTo(key));
		}
		List<String> listed = this.store.list("default", "room", null, 100)
			.stream()
			.map((actor) -> actor.address().key().serialize())
			.toList();
		assertThat(listed).containsExactlyElementsOf(keys.stream().sorted().toList());
	}

	@Test
	void namespacesAndNamesAreComparedByteForByte() {
		List<ActorAddress> addresses = List.of(ActorAddress.of("room"), ActorAddress.of("Room"),
				ActorAddress.of("room "), new ActorAddress("Default", "room", ActorAddress.of("x").key()),
				new ActorAddress("default ", "room", ActorAddress.of("x").key()));
		addresses.forEach((address) -> this.store
			.save(StoredActor.builder(UUID.randomUUID().toString(), address).version(1).build(), 0));
		assertThat(addresses).allSatisfy((address) -> {
			assertThat(this.store.load(address)).extracting(StoredActor::address).isEqualTo(address);
			assertThat(this.store.list(address.namespace(), address.name(), null, 10)).extracting(StoredActor::address)
				.containsExactly(address);
		});
	}

	@Test
	void theLargestAddressFitsTheIndex() {
		ActorAddress address = new ActorAddress("n".repeat(JdbcActorStateStore.MAX_NAME_SIZE),
				"m".repeat(JdbcActorStateStore.MAX_NAME_SIZE),
				ActorAddress.of("", incompressible(JdbcActorStateStore.MAX_KEY_SIZE)).key());
		this.store.save(StoredActor.builder("id", address).version(1).build(), 0);
		assertThat(this.store.load(address)).isNotNull();
	}

	/** Or the database may shorten the text in the index. */
	private static String incompressible(int length) {
		StringBuilder text = new StringBuilder();
		while (text.length() < length) {
			text.append(UUID.randomUUID());
		}
		return text.substring(0, length);
	}

	@Test
	void aTextThatADatabaseWouldChangeIsRefused() {
		for (String key : List.of("k".repeat(JdbcActorStateStore.MAX_KEY_SIZE + 1), "a\0", "\ud800")) {
			StoredActor actor = actor(key).build();
			assertThatThrownBy(() -> this.store.save(actor, 0)).isInstanceOf(JdbcStateException.class)
				.hasMessageContaining("its key");
			assertThat(this.store.load(actor.address())).isNull();
			assertThatThrownBy(() -> this.store.delete(actor.address(), 1)).isInstanceOf(StaleStateException.class);
		}
	}

	@Test
	void listsPages() {
		IntStream.range(0, 10).forEach((i) -> this.store.save(actor("k" + i).state(new byte[9]).build(), 0));
		assertThat(this.store.list("default", "room", "k3", 3)).extracting((actor) -> actor.address().key().serialize())
			.containsExactly("k4", "k5", "k6");
		assertThat(this.store.list("default", "room", "k8x", 3)).singleElement()
			.satisfies((actor) -> assertThat(actor.state()).isNull());
	}

	@Test
	void aStaleSaveChangesNothing() {
		this.store.save(actor("a").build(), 0);
		StoredActor other = actor("a").version(3).build();
		assertThatThrownBy(() -> this.store.commit(Change.of(other, 2).withEvents(List.of(event(1)), List.of())))
			.isInstanceOf(StaleStateException.class);
		assertThatThrownBy(() -> this.store.save(actor("a").build(), 0)).isInstanceOf(StaleStateException.class);
		assertThat(this.store.load(other.address())).extracting(StoredActor::version).isEqualTo(1L);
		assertThat(this.store.events(other.actorId(), 10)).isEmpty();
	}

	@Test
	void storesEventsAndAnswersWithTheInstance() {
		StoredActor actor = actor("a").build();
		StoredAnswer answer = new StoredAnswer("key", this.now.plusSeconds(60), new byte[] { 1 });
		this.store.commit(Change.of(actor, 0)
			.withEvents(List.of(event(1), event(2), event(3)), List.of())
			.withAnswers(List.of(answer)));
		assertThat(this.store.events(actor.actorId(), 2)).usingRecursiveFieldByFieldElementComparator()
			.containsExactly(event(2), event(3));
		assertThat(this.store.answer(actor.actorId(), "key")).usingRecursiveComparison().isEqualTo(answer);
		StoredAnswer second = new StoredAnswer("key", this.now.plusSeconds(90), new byte[] { 2 });
		this.store.commit(Change.of(actor.toBuilder().version(2).build(), 1)
			.withEvents(List.of(new StoredEvent(4, 3, this.now, this.now.plusSeconds(1), "sent", "some", null)),
					List.of(1L, 2L, 77L))
			.withAnswers(List.of(second)));
		assertThat(this.store.events(actor.actorId(), 10)).extracting(StoredEvent::position).containsExactly(3L, 4L);
		assertThat(this.store.answer(actor.actorId(), "key")).usingRecursiveComparison().isEqualTo(second);
		this.store.delete(actor.address(), 2);
		assertThat(this.store.load(actor.address())).isNull();
		assertThat(this.store.events(actor.actorId(), 10)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "key")).isNull();
	}

	@Test
	void aValueIsStoredOnce() {
		assertThat(this.store.initialize("stream-key", "first")).isEqualTo("first");
		assertThat(this.store.initialize("stream-key", "second")).isEqualTo("first");
	}

	StoredActor.Builder actor(String key) {
		ActorAddress address = ActorAddress.of("room", key);
		String id = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString();
		return StoredActor.builder(id, address).version(1).createdAt(this.now).savedAt(this.now);
	}

	StoredEvent event(long position) {
		return new StoredEvent(position, position - 1, this.now, this.now.plusSeconds(60), "message", "all",
				new byte[] { (byte) position });
	}

	static <T> List<T> times(int count, java.util.function.IntFunction<T> value) {
		return new ArrayList<>(IntStream.range(0, count).mapToObj(value).toList());
	}

}

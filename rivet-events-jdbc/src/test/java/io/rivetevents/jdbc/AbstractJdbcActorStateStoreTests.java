/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.jdbc;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.jdbc.Connections.Session;
import io.rivetevents.jdbc.sql.Sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What differs between databases, on each of them.
 */
abstract class AbstractJdbcActorStateStoreTests {

	static final Duration TIMEOUT = Duration.ofSeconds(20);

	final JdbcSettings settings = new JdbcSettings("rivet_", TIMEOUT);

	Instant now = Instant.parse("2026-11-28T10:00:00.123456789Z");

	private final InstantSource clock = () -> this.now;

	ObservedDataSource dataSource;

	JdbcActorStateStore store;

	private int taken;

	/** Returns a database without tables of the store. */
	abstract DataSource emptyDatabase() throws Exception;

	@BeforeEach
	void open() throws Exception {
		this.dataSource = new ObservedDataSource(emptyDatabase());
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
			assertThatThrownBy(() -> this.store.delete(actor)).isInstanceOf(StaleStateException.class);
		}
	}

	/** Clients choose them. */
	@Test
	void anInvalidTextFindsNothing() {
		this.store.save(actor("a").build(), 0);
		this.store.save(actor("b").build(), 0);
		for (String text : List.of("a\0", "\ud800", "\0")) {
			assertThat(this.store.loadById(text)).isNull();
			assertThat(this.store.list(text, "room", null, 9)).isEmpty();
			assertThat(this.store.list("default", text, null, 9)).isEmpty();
		}
		assertThat(this.store.list("default", "room", "a\0", 9)).hasSize(1);
		assertThat(this.store.list("default", "room", "a\udc00", 9)).hasSize(1);
		assertThat(this.store.loadById("x".repeat(2000))).isNull();
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
		this.store.delete(actor.toBuilder().version(2).build());
		assertThat(this.store.load(actor.address())).isNull();
		assertThat(this.store.events(actor.actorId(), 10)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "key")).isNull();
	}

	@Test
	void aFailureDoesNotShowWhatIsStored() {
		StoredActor actor = actor("a").build();
		this.store.commit(Change.of(actor, 0).withEvents(List.of(event(1)), List.of()));
		byte[] secret = "secret".getBytes(StandardCharsets.UTF_8);
		StoredEvent event = new StoredEvent(1, 0, this.now, this.now.plusSeconds(60), "message", "secret", secret);
		Change change = Change.of(actor.toBuilder().version(2).state(secret).build(), 1)
			.withEvents(List.of(event), List.of());
		assertThatThrownBy(() -> this.store.commit(change)).isInstanceOf(JdbcStateException.class)
			.hasMessageContaining("room[a]")
			.satisfies((ex) -> {
				StringWriter trace = new StringWriter();
				ex.printStackTrace(new PrintWriter(trace));
				assertThat(trace.toString()).doesNotContainIgnoringCase("secret", "736563726574");
			});
		assertThat(this.store.load(actor.address())).extracting(StoredActor::version).isEqualTo(1L);
	}

	@Test
	void aValueIsStoredOnce() {
		assertThat(this.store.initialize("stream-key", "first")).isEqualTo("first");
		assertThat(this.store.initialize("stream-key", "second")).isEqualTo("first");
	}

	/**
	 * All databases report a duplicate in another way, and PostgreSQL aborts the group.
	 */
	@Test
	void aDuplicateCreationInAGroupFailsAlone() throws Exception {
		this.store.save(actor("duplicate").build(), 0);
		List<@Nullable RuntimeException> failures = group(64, (i) -> {
			StoredActor actor = actor((i == 31) ? "duplicate" : "k" + i).build();
			return Change.of(actor, 0).withEvents(List.of(event(1)), List.of());
		});
		assertThat(failures.remove(31)).isInstanceOf(StaleStateException.class);
		assertThat(failures).hasSize(63).containsOnlyNulls();
		assertThat(this.store.list("default", "room", null, 100)).hasSize(64);
		assertThat(this.store.events(actor("k5").build().actorId(), 9)).hasSize(1);
		assertThat(this.store.events(actor("duplicate").build().actorId(), 9)).isEmpty();
		assertThat(this.taken).as("connections: the group, and each alone").isEqualTo(2);
	}

	@Test
	void aStaleChangeDoesNotAffectItsGroup() throws Exception {
		times(64, (i) -> actor("k" + i).build()).forEach((actor) -> this.store.save(actor, 0));
		List<@Nullable RuntimeException> failures = group(64, (i) -> {
			StoredActor actor = actor("k" + i).version((i == 31) ? 3 : 2).build();
			return Change.of(actor, actor.version() - 1).withEvents(List.of(event(1)), List.of());
		});
		assertThat(failures.remove(31)).isInstanceOf(StaleStateException.class);
		assertThat(failures).hasSize(63).containsOnlyNulls();
		assertThat(this.store.list("default", "room", null, 100)).extracting(StoredActor::version)
			.hasSize(64)
			.containsOnlyOnce(1L)
			.containsOnly(1L, 2L);
		assertThat(this.store.events(actor("k31").build().actorId(), 9)).isEmpty();
		assertThat(this.taken).as("connections").isEqualTo(1);
	}

	@Test
	void creationsChangesAndDeletionsShareAGroup() throws Exception {
		times(10, (i) -> actor("k" + i).build()).forEach((actor) -> this.store.save(actor, 0));
		this.dataSource.stop();
		Savers savers = new Savers();
		savers.start(() -> this.store.save(actor("first").build(), 0));
		times(10, (i) -> i).forEach((i) -> savers.start(() -> {
			if (i < 5) {
				this.store.delete(actor("k" + i).version((i == 0) ? 7 : 1).build());
			}
			else {
				this.store.save(actor("k" + i).version(2).build(), 1);
			}
		}));
		times(10, (i) -> actor("new" + i).build()).forEach((actor) -> savers.start(() -> this.store.save(actor, 0)));
		this.dataSource.taken();
		this.dataSource.go();
		List<@Nullable RuntimeException> failures = savers.failures();
		assertThat(failures.remove(1)).isInstanceOf(StaleStateException.class);
		assertThat(failures).hasSize(20).containsOnlyNulls();
		assertThat(this.dataSource.taken()).isEqualTo(1);
		assertThat(this.store.list("default", "room", null, 100))
			.extracting((actor) -> actor.address().key().serialize())
			.containsExactly("first", "k0", "k5", "k6", "k7", "k8", "k9", "new0", "new1", "new2", "new3", "new4",
					"new5", "new6", "new7", "new8", "new9");
	}

	/** Makes the committer wait until all changes are in its queue. */
	private List<@Nullable RuntimeException> group(int size, IntFunction<Change> change) throws InterruptedException {
		this.dataSource.taken();
		this.dataSource.stop();
		Savers savers = new Savers();
		savers.start(() -> this.store.save(actor("first").version(6).build(), 5));
		times(size, change).forEach((next) -> savers.start(() -> this.store.commit(next)));
		this.dataSource.go();
		List<@Nullable RuntimeException> failures = savers.failures();
		assertThat(failures.remove(0)).isInstanceOf(StaleStateException.class);
		this.taken = this.dataSource.taken();
		return failures;
	}

	@Test
	void theClockMayGoBack() throws SQLException {
		StoredAnswer answer = new StoredAnswer("key", this.now.plusSeconds(60), new byte[1]);
		this.store.commit(
				Change.of(actor("a").build(), 0).withEvents(List.of(event(1)), List.of()).withAnswers(List.of(answer)));
		this.now = this.now.minus(Duration.ofDays(1));
		StoredActor second = actor("a").version(2).build();
		this.store.commit(Change.of(second, 1).withEvents(List.of(event(2)), List.of()));
		assertThat(this.store.load(second.address())).usingRecursiveComparison().isEqualTo(second);
		assertThat(this.store.events(second.actorId(), 10)).extracting(StoredEvent::position).containsExactly(1L, 2L);
		assertThat(this.store.answer(second.actorId(), "key")).isNotNull();
		this.now = this.now.plusSeconds(60);
		sweep();
		assertThat(this.store.events(second.actorId(), 10)).extracting(StoredEvent::position).containsExactly(1L);
	}

	@Test
	void whatHasExpiredIsNeitherReadNorKept() throws SQLException {
		StoredActor actor = actor("a").build();
		StoredAnswer answer = new StoredAnswer("key", this.now.plusSeconds(60), new byte[1]);
		StoredAnswer later = new StoredAnswer("later", this.now.plusSeconds(61), new byte[1]);
		this.store.commit(Change.of(actor, 0)
			.withEvents(times(1500, (i) -> event(i + 1)), List.of())
			.withAnswers(List.of(answer, later)));
		this.now = this.now.plusSeconds(60);
		assertThat(this.store.events(actor.actorId(), 10)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "key")).isNull();
		assertThat(this.store.answer(actor.actorId(), "later")).isNotNull();
		assertThat(sweep()).isTrue();
		assertThat(sweep()).isFalse();
		this.now = this.now.minusSeconds(60);
		assertThat(this.store.events(actor.actorId(), 10)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "key")).isNull();
		assertThat(this.store.answer(actor.actorId(), "later")).isNotNull();
	}

	private boolean sweep() throws SQLException {
		return new Sweeper(new Connections(this.dataSource, TIMEOUT), new Sql("rivet_"), this.clock).sweep();
	}

	@Test
	void storesSchedulesWithTheInstance() {
		StoredActor actor = actor("a").build();
		StoredSchedule once = schedule("once", this.now);
		StoredSchedule failed = new StoredSchedule("failed", null, 255, "remind", new byte[] { 0, -1 });
		StoredSchedule named = schedule("named", this.now.plusNanos(1));
		this.store.commit(Change.of(actor, 0).withSchedules(List.of(once, failed, named), List.of("unknown")));
		assertThat(this.store.schedules(actor.actorId())).usingRecursiveFieldByFieldElementComparator()
			.containsExactlyInAnyOrder(once, failed, named);
		StoredSchedule later = new StoredSchedule("named", this.now.plusNanos(2), 1, "other", new byte[0]);
		this.store.commit(Change.of(actor.toBuilder().version(2).build(), 1)
			.withSchedules(List.of(later), List.of("once", "failed")));
		assertThat(this.store.schedules(actor.actorId())).usingRecursiveFieldByFieldElementComparator()
			.containsExactly(later);
		assertThat(this.store.schedules("other")).isEmpty();
	}

	@Test
	void aDeletionDeletesTheSchedulesOfTheInstance() {
		for (String key : List.of("a", "b")) {
			this.store
				.commit(Change.of(actor(key).build(), 0).withSchedules(List.of(schedule("s", this.now)), List.of()));
		}
		StoredActor actor = actor("a").build();
		assertThatThrownBy(() -> this.store.delete(actor.toBuilder().version(2).build()))
			.isInstanceOf(StaleStateException.class);
		assertThat(this.store.schedules(actor.actorId())).hasSize(1);
		this.store.delete(actor);
		assertThat(this.store.schedules(actor.actorId())).isEmpty();
		assertThat(this.store.due(this.now, null, 9)).extracting(DueSchedule::actorId)
			.containsExactly(actor("b").build().actorId());
	}

	/** A node with the schema of version 1 deletes the instance only. */
	@Test
	void aScheduleWithoutInstanceIsRemovedInsteadOfPostponed() {
		String orphan = actor("a").build().actorId();
		String other = actor("b").build().actorId();
		for (String key : List.of("a", "b")) {
			this.store.commit(Change.of(actor(key).build(), 0)
				.withSchedules(List.of(schedule("s", this.now), schedule("t", this.now)), List.of()));
		}
		new Connections(this.dataSource, TIMEOUT).change("it", (session) -> {
			try (PreparedStatement delete = session.prepare("delete from rivet_actor where actor_id = ?")) {
				session.rows().setTexts(delete, orphan);
				return delete.executeUpdate();
			}
		});
		Instant later = this.now.plusSeconds(60);
		for (String actorId : List.of(orphan, other)) {
			this.store.postpone(new DueSchedule(this.now, actorId, "s"), later);
			this.store.postpone(new DueSchedule(this.now.minusNanos(1), actorId, "t"), later);
		}
		assertThat(this.store.schedules(orphan)).extracting(StoredSchedule::id).containsExactly("t");
		assertThat(this.store.schedules(other)).extracting(StoredSchedule::id, StoredSchedule::runAt)
			.containsExactlyInAnyOrder(tuple("s", later), tuple("t", this.now));
	}

	@Test
	void aStaleChangeDoesNotAffectTheSchedulesOfItsGroup() throws Exception {
		StoredSchedule old = schedule("old", this.now);
		times(64, (i) -> actor("k" + i).build()).forEach((actor) -> this.store
			.commit(Change.of(actor, 0).withSchedules(List.of(old, schedule("named", this.now)), List.of())));
		List<@Nullable RuntimeException> failures = group(64, (i) -> {
			StoredActor actor = actor("k" + i).version((i == 31) ? 3 : 2).build();
			return Change.of(actor, actor.version() - 1)
				.withSchedules(List.of(schedule("named", this.now.plusSeconds(1))), List.of("old"));
		});
		assertThat(failures.remove(31)).isInstanceOf(StaleStateException.class);
		assertThat(failures).hasSize(63).containsOnlyNulls();
		String stale = actor("k31").build().actorId();
		assertThat(this.store.due(this.now, null, 200)).containsExactly(new DueSchedule(this.now, stale, "named"),
				new DueSchedule(this.now, stale, "old"));
		assertThat(this.store.due(this.now.plusSeconds(1), null, 200)).hasSize(65);
		assertThat(this.taken).as("connections").isEqualTo(1);
	}

	@Test
	void idsOfSchedulesAreComparedByteForByte() {
		String large = "k".repeat(JdbcActorStateStore.MAX_NAME_SIZE);
		List<String> ids = List.of("a", "A", "\u00e4", "a ", "a\u0308", " a", "\u00c4", "\u00df", "ss", large,
				large.substring(1) + "l", "\u20ac".repeat(85), "\uffff", "\ud83d\ude00");
		StoredActor actor = actor("a").build();
		this.store.commit(Change.of(actor, 0)
			.withSchedules(ids.stream().map((id) -> schedule(id, this.now)).toList(), List.of("B")));
		List<String> byBytes = ids.stream()
			.sorted(Comparator.comparing((id) -> id.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
			.toList();
		assertThat(this.store.due(this.now, null, 99)).extracting(DueSchedule::id).containsExactlyElementsOf(byBytes);
		assertThat(pages(this.now, 1)).extracting(DueSchedule::id).containsExactlyElementsOf(byBytes);
		this.store.commit(Change.of(actor.toBuilder().version(2).build(), 1).withSchedules(List.of(), List.of("a")));
		assertThat(this.store.schedules(actor.actorId())).extracting(StoredSchedule::id)
			.hasSize(ids.size() - 1)
			.doesNotContain("a");
	}

	@Test
	void theIdOfAScheduleThatADatabaseWouldChangeIsRefused() {
		StoredActor actor = actor("a").build();
		this.store.commit(Change.of(actor, 0).withSchedules(List.of(schedule("?", this.now)), List.of()));
		StoredActor next = actor.toBuilder().version(2).build();
		List<String> ids = List.of("k".repeat(JdbcActorStateStore.MAX_NAME_SIZE + 1), "a\0", "\ud800");
		for (String id : ids) {
			Change change = Change.of(next, 1).withSchedules(List.of(schedule(id, this.now)), List.of());
			assertThatThrownBy(() -> this.store.commit(change)).isInstanceOf(JdbcStateException.class)
				.hasMessageContaining("its schedule id");
		}
		this.store.commit(Change.of(next, 1).withSchedules(List.of(), ids));
		assertThat(this.store.schedules(actor.actorId())).extracting(StoredSchedule::id).containsExactly("?");
	}

	@Test
	void schedulesHaveTimesUpToTheLastOne() {
		List<StoredSchedule> schedules = List.of(schedule("first", Instant.MIN), schedule("now", this.now),
				schedule("last", Instant.MAX));
		this.store.commit(Change.of(actor("a").build(), 0).withSchedules(schedules, List.of()));
		assertThat(this.store.due(Instant.MIN, null, 9)).extracting(DueSchedule::id).containsExactly("first");
		assertThat(this.store.due(this.now, null, 9)).extracting(DueSchedule::id).containsExactly("first", "now");
		assertThat(pages(Instant.MAX, 1)).extracting(DueSchedule::id).containsExactly("first", "now", "last");
		assertThat(this.store.due(this.now, new DueSchedule(Instant.MAX, "", ""), 9)).isEmpty();
	}

	@Test
	void aScheduleIsPostponedOnlyFromTheTimeThatIsStored() {
		StoredActor actor = actor("a").build();
		this.store.commit(Change.of(actor, 0)
			.withSchedules(List.of(schedule("s", this.now), schedule("t", this.now)), List.of()));
		DueSchedule due = new DueSchedule(this.now, actor.actorId(), "s");
		Instant later = this.now.plusSeconds(60);
		this.store.postpone(new DueSchedule(this.now.plusNanos(1), actor.actorId(), "s"), later);
		assertThat(this.store.due(this.now, null, 9)).hasSize(2).contains(due);
		this.store.postpone(due, later);
		this.store.postpone(due, this.now.plusSeconds(5));
		assertThat(this.store.due(later, null, 9)).extracting(DueSchedule::id, DueSchedule::runAt)
			.containsExactly(tuple("t", this.now), tuple("s", later));
		assertThat(this.store.load(actor.address())).extracting(StoredActor::version).isEqualTo(1L);
	}

	/** Such as at nine o'clock; and some before and after it. */
	@Test
	void manySchedulesMayBeDueAtTheSameTime() throws SQLException {
		int many = manySchedules();
		insertSchedules(many);
		List<DueSchedule> found = pages(this.now, 1000);
		assertThat(found).hasSize(many);
		assertThat(new HashSet<>(found)).as("without repetitions").hasSize(many);
		assertThat(found).isSortedAccordingTo(Comparator.comparing(DueSchedule::runAt)
			.thenComparing(DueSchedule::actorId)
			.thenComparing(DueSchedule::id));
		assertThat(this.store.due(this.now.minusSeconds(1), null, many)).hasSize(many / 100);
	}

	int manySchedules() {
		return 100_000;
	}

	/**
	 * Inserts schedules of instances that do not exist: of a hundred, one is early, one
	 * is not due and one does not run any more; the others have the same time.
	 * @param due number of those that are due
	 */
	void insertSchedules(int due) throws SQLException {
		try (Session session = new Connections(this.dataSource, TIMEOUT).openTransaction();
				PreparedStatement insert = session.connection().prepareStatement(new Sql("rivet_").insertSchedule())) {
			for (int i = 0; i < due; i++) {
				int kind = i % 100;
				// not in the order of the ids
				String id = "%08x-%d".formatted(Integer.reverse(i), i);
				Instant runAt = (kind == 0) ? this.now.minusSeconds(1 + i) : this.now;
				add(session, insert, id, schedule("s", runAt));
				if (kind == 1) {
					add(session, insert, id, schedule("later", this.now.plusSeconds(1 + i)));
					add(session, insert, id, new StoredSchedule("failed", null, 0, "remind", new byte[9]));
				}
				if (i % 10_000 == 9999) {
					insert.executeBatch();
				}
			}
			session.connection().commit();
		}
	}

	private static void add(Session session, PreparedStatement insert, String actorId, StoredSchedule schedule)
			throws SQLException {
		session.rows().setSchedule(insert, actorId, schedule);
		insert.addBatch();
	}

	/** Returns everything that is due, page by page. */
	List<DueSchedule> pages(Instant until, int limit) {
		List<DueSchedule> all = new ArrayList<>();
		List<DueSchedule> page = this.store.due(until, null, limit);
		while (!page.isEmpty()) {
			assertThat(page).hasSizeLessThanOrEqualTo(limit);
			all.addAll(page);
			page = this.store.due(until, page.get(page.size() - 1), limit);
		}
		return all;
	}

	@Test
	void anotherSchemaVersionIsRefused() throws SQLException {
		JdbcSchema schema = new JdbcSchema(this.dataSource, this.settings);
		schema.create();
		schema.check();
		new Connections(this.dataSource, TIMEOUT).read("it", (session) -> {
			try (PreparedStatement update = session.connection()
				.prepareStatement("update rivet_meta set content = ? where name = ?")) {
				session.rows().setTexts(update, "5", "schema.version");
				return update.executeUpdate();
			}
		});
		assertThatThrownBy(schema::check).isInstanceOf(SchemaVersionException.class)
			.hasMessageContaining("schema version 5")
			.hasMessageContaining("requires 4");
		assertThatThrownBy(schema::create).isInstanceOf(SchemaVersionException.class);
	}

	@Test
	void missingTablesAreNamed() {
		JdbcSettings other = new JdbcSettings("other_", TIMEOUT);
		JdbcSchema schema = new JdbcSchema(this.dataSource, other);
		assertThatThrownBy(schema::check).isInstanceOfSatisfying(MissingTablesException.class, (ex) -> {
			assertThat(ex.tables()).containsExactly("other_meta", "other_actor", "other_event", "other_answer",
					"other_schedule", "other_outbox", "other_connection");
			assertThat(ex.script()).matches("io/rivetevents/jdbc/schema-\\w+\\.sql");
			assertThat(getClass().getClassLoader().getResource(ex.script())).isNotNull();
		});
		schema.create();
		try (JdbcActorStateStore store = new JdbcActorStateStore(this.dataSource, other)) {
			store.save(actor("a").build(), 0);
			assertThat(store.load(actor("a").build().address())).isNotNull();
		}
		assertThat(this.store.load(actor("a").build().address())).isNull();
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

	static StoredSchedule schedule(String id, Instant runAt) {
		return new StoredSchedule(id, runAt, id.length() % 256, "remind", id.getBytes(StandardCharsets.UTF_8));
	}

	static <T> List<T> times(int count, IntFunction<T> value) {
		return new ArrayList<>(IntStream.range(0, count).mapToObj(value).toList());
	}

}

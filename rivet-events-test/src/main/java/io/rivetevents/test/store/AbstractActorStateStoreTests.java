/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests the contract of every {@link ActorStateStore}. Extend it to test an
 * implementation:
 *
 * <pre>{@code
 * class MyStoreTests extends AbstractActorStateStoreTests {
 *
 *     &#64;Override
 *     protected ActorStateStore createStore() {
 *         return new MyStore("localhost", 1234);
 *     }
 *
 * }
 * }</pre>
 *
 * The tests use ids and names of actors that are different for each test, so they can
 * share a database with other data. The class may have one instance for each test, or one
 * for all ({@code @TestInstance(PER_CLASS)}); with one for all, the tests must not run in
 * parallel. Tests of events and answers are skipped if the store
 * {@linkplain ActorStateStore#keepsHistory() does not keep them}, and so are those of
 * {@linkplain ActorStateStore#keepsSchedules() schedules} and
 * {@linkplain ActorStateStore#keepsConnections() connections}.
 *
 * @since 0.1.0
 */
public abstract class AbstractActorStateStoreTests {

	/** Maximum size of a key by default, in bytes. */
	private static final int KEY_SIZE = 1024;

	/** As precise as every store keeps it. */
	private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MILLIS);

	private static final Instant LATER = NOW.plus(1, ChronoUnit.HOURS);

	private static final Instant EARLIER = NOW.minus(1, ChronoUnit.HOURS);

	/** Contains each byte and is not text. */
	private static final byte[] BINARY = bytes(IntStream.range(0, 512));

	/** Name of the actor, different for each test. */
	private String name;

	private ActorStateStore store;

	/**
	 * Returns a store. Called before each test.
	 */
	protected abstract ActorStateStore createStore();

	/**
	 * Releases a store. Called after each test; the default implementation does nothing.
	 * @param store the store of {@link #createStore}
	 */
	protected void releaseStore(ActorStateStore store) {
	}

	@BeforeEach
	void prepareStore() {
		this.name = "s" + UUID.randomUUID();
		this.store = createStore();
	}

	@AfterEach
	void releaseStore() {
		releaseStore(this.store);
	}

	// Instances

	@Test
	void findsNothingBeforeItIsSaved() {
		assertThat(this.store.load(address("k"))).isNull();
		assertThat(this.store.loadById(id())).isNull();
		assertThat(this.store.list("default", this.name, null, 10)).isEmpty();
	}

	@Test
	void keepsEveryProperty() {
		StoredActor actor = StoredActor.builder(id(), address("k"))
			.version(1)
			.generation(Long.MAX_VALUE)
			.createdAt(EARLIER)
			.savedAt(NOW)
			.format(Integer.MAX_VALUE)
			.owner("node-1")
			.epoch("x".repeat(64))
			.reserved(Long.MAX_VALUE)
			.marks("m".repeat(10_000))
			.state("{\"text\":\"grüße \uD83D\uDE00\"}".getBytes(StandardCharsets.UTF_8))
			.input("[1]".getBytes(StandardCharsets.UTF_8))
			.build();
		this.store.save(actor, 0);
		assertSame(this.store.load(actor.address()), actor);
		assertSame(this.store.loadById(actor.actorId()), actor);
	}

	@Test
	void keepsThatPropertiesAreAbsent() {
		StoredActor actor = StoredActor.builder(id(), address("k")).version(1).build();
		this.store.save(actor, 0);
		assertSame(this.store.load(actor.address()), actor);
		assertSame(this.store.loadById(actor.actorId()), actor);
	}

	@Test
	void keepsBytesAsTheyAre() {
		for (byte[] bytes : List.of(new byte[0], new byte[] { 0 }, BINARY, new byte[1_000_000])) {
			StoredActor actor = actor("k" + bytes.length, 1).state(bytes).input(bytes).build();
			this.store.save(actor, 0);
			assertSame(this.store.load(actor.address()), actor);
		}
	}

	@Test
	void replacesEveryProperty() {
		StoredActor first = actor("k", 1).owner("a").epoch("b").marks("c").state(BINARY).input(BINARY).build();
		this.store.save(first, 0);
		StoredActor full = first.toBuilder()
			.version(2)
			.generation(2)
			.savedAt(LATER)
			.format(3)
			.owner("o")
			.epoch("e")
			.reserved(1000)
			.marks("m")
			.state(new byte[0])
			.build();
		this.store.save(full, 1);
		assertSame(this.store.load(first.address()), full);
		StoredActor empty = full.toBuilder().version(3).owner(null).epoch(null).marks(null).state(null).build();
		this.store.save(empty, 2);
		assertSame(this.store.load(first.address()), empty);
		assertSame(this.store.loadById(first.actorId()), empty);
	}

	@Test
	void keepsNeighboursAsTheyAre() {
		StoredActor neighbour = create("a");
		StoredActor actor = create("b");
		this.store.save(next(actor).build(), 1);
		this.store.delete(next(actor).build());
		assertSame(this.store.load(neighbour.address()), neighbour);
		assertThat(this.store.load(actor.address())).isNull();
		assertThat(this.store.loadById(actor.actorId())).isNull();
	}

	// Versions

	@Test
	void createsNothingThatExists() {
		StoredActor actor = create("k");
		assertStale(() -> this.store.save(actor("k", 1).build(), 0));
		assertStale(() -> this.store.save(next(actor).build(), 0));
		assertSame(this.store.load(actor.address()), actor);
		assertThat(this.store.list("default", this.name, null, 10)).hasSize(1);
	}

	@Test
	void savesNothingThatIsNotStored() {
		assertStale(() -> this.store.save(actor("k", 2).build(), 1));
		assertThat(this.store.load(address("k"))).isNull();
	}

	@Test
	void savesNothingOverAnotherVersion() {
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.save(second, 1);
		assertStale(() -> this.store.save(next(actor).state(BINARY).build(), 1));
		assertStale(() -> this.store.save(actor.toBuilder().version(4).build(), 3));
		assertSame(this.store.load(actor.address()), second);
	}

	/** Another node may have deleted it and created one with its key. */
	@Test
	void savesNothingOverAnotherInstance() {
		StoredActor former = create("k");
		this.store.delete(former);
		StoredActor present = create("k");
		assertStale(() -> this.store.save(next(former).state(BINARY).build(), 1));
		assertSame(this.store.load(former.address()), present);
		assertThat(this.store.loadById(former.actorId())).isNull();
	}

	@Test
	void deletesOnlyTheExpectedVersion() {
		StoredActor actor = create("k");
		assertStale(() -> this.store.delete(next(actor).build()));
		assertSame(this.store.load(actor.address()), actor);
		this.store.delete(actor);
		assertThat(this.store.load(actor.address())).isNull();
		assertThat(this.store.loadById(actor.actorId())).isNull();
		assertThat(this.store.list("default", this.name, null, 10)).isEmpty();
		assertStale(() -> this.store.delete(actor));
	}

	/** Another node may have deleted it and created one with its key. */
	@Test
	void deletesNoOtherInstance() {
		StoredActor former = create("k");
		this.store.delete(former);
		StoredActor present = create("k");
		assertStale(() -> this.store.delete(former));
		assertSame(this.store.load(former.address()), present);
		assertSame(this.store.loadById(present.actorId()), present);
	}

	@Test
	void createsAgainWhatWasDeleted() {
		StoredActor actor = create("k");
		this.store.delete(actor);
		StoredActor again = create("k");
		assertSame(this.store.load(actor.address()), again);
		assertSame(this.store.loadById(again.actorId()), again);
		assertThat(this.store.loadById(actor.actorId())).isNull();
	}

	@Test
	void letsOneOfManyCreatorsWin() throws Exception {
		for (String key : List.of("a", "b", "c")) {
			List<StoredActor> won = winners(8, (i) -> {
				StoredActor actor = actor(key, 1).state(new byte[i]).build();
				this.store.save(actor, 0);
				return actor;
			});
			assertThat(won).hasSize(1);
			assertSame(this.store.load(address(key)), won.get(0));
		}
	}

	@Test
	void letsOneOfManySaversWin() throws Exception {
		StoredActor actor = create("k");
		for (int i = 0; i < 10; i++) {
			StoredActor before = actor;
			List<StoredActor> won = winners(8, (writer) -> {
				StoredActor after = next(before).state(new byte[writer]).build();
				this.store.save(after, before.version());
				return after;
			});
			assertThat(won).hasSize(1);
			actor = won.get(0);
			assertSame(this.store.load(actor.address()), actor);
		}
	}

	@Test
	void savesOrDeletes() throws Exception {
		for (int i = 0; i < 10; i++) {
			StoredActor actor = create("k" + i);
			List<StoredActor> won = winners(2, (writer) -> {
				StoredActor after = next(actor).build();
				if (writer == 0) {
					this.store.save(after, 1);
				}
				else {
					this.store.delete(actor);
				}
				return (writer == 0) ? after : actor;
			});
			assertThat(won).hasSize(1);
			StoredActor found = this.store.load(actor.address());
			assertThat(found != null).isEqualTo(won.get(0) != actor);
		}
	}

	@Test
	void savesInstancesOfManyWriters() throws Exception {
		int writers = 64;
		int versions = 20;
		List<StoredActor> last = winners(writers, (writer) -> {
			StoredActor actor = create("k" + writer);
			for (int version = 1; version < versions; version++) {
				StoredActor after = next(actor).state(new byte[version]).build();
				this.store.save(after, version);
				actor = after;
			}
			return actor;
		});
		assertThat(last).hasSize(writers);
		for (StoredActor actor : last) {
			assertThat(actor.version()).isEqualTo(versions);
			assertSame(this.store.load(actor.address()), actor);
		}
	}

	/** The stale change must neither fail the others nor be stored with them. */
	@Test
	void failsOnlyTheStaleOfManyWriters() throws Exception {
		StoredActor present = create("k0");
		for (int round = 1; round <= 5; round++) {
			int version = round;
			List<StoredActor> saved = winners(64, (writer) -> {
				StoredActor actor = (version == 1 || writer == 0) ? actor("k" + writer, 1).build()
						: loaded("k" + writer).toBuilder().version(version).build();
				this.store.save(actor, actor.version() - 1);
				return actor;
			});
			assertThat(saved).hasSize(63);
			assertThat(saved).allSatisfy((actor) -> assertSame(this.store.load(actor.address()), actor));
			assertSame(this.store.load(present.address()), present);
		}
	}

	// Addresses

	@Test
	void comparesKeysByteForByte() {
		List<String> keys = List.of("a", "A", "ä", "Ä", "a\u0308", "a ", " a", "a\t", "a\n", "", " ", "á", "ａ", "ß",
				"ss", "ı", "i", "I", "İ", "a\u200B", "\uD83D\uDE00", "\uD83D\uDE01", "\uFFFD", "\uFFFD\uFFFD", "a%",
				"a_", "a'", "a\"", "a\\", "a`", "a?", "a:b", "{a}", "*", "\u0001", "1", "01", "1.0", "null", "NULL");
		assertDistinct(keys.stream().map((key) -> new ActorAddress("default", this.name, ActorKey.of(key))).toList());
	}

	@Test
	void comparesKeysOfSeveralParts() {
		assertDistinct(Stream
			.of(List.<String>of(), List.of("a"), List.of("a", "b"), List.of("a/b"), List.of("a\\", "b"),
					List.of("a", "", "b"), List.of("", "a"), List.of("a", ""), List.of("", ""), List.of("a,b"),
					List.of("/"), List.of("\\0"), List.of("a", "b", "c"), List.of("a/b", "c"), List.of("a", "b/c"))
			.map((parts) -> new ActorAddress("default", this.name, ActorKey.of(parts)))
			.toList());
	}

	@Test
	void comparesNamespacesAndNames() {
		ActorKey key = ActorKey.of("k");
		assertDistinct(List.of(new ActorAddress("", this.name, key), new ActorAddress("default", this.name, key),
				new ActorAddress("Default", this.name, key), new ActorAddress("default ", this.name, key),
				new ActorAddress("défault", this.name, key), new ActorAddress("default", this.name + "a", key),
				new ActorAddress("default", this.name + "A", key), new ActorAddress("defaults", this.name, key),
				new ActorAddress("default", this.name, ActorKey.of("a", "k")),
				new ActorAddress("default", this.name + "/a", key)));
	}

	@Test
	void keepsKeysOfTheMaximumSize() {
		String beginning = "k".repeat(KEY_SIZE - 1);
		String wide = "\uD83D\uDE00".repeat(KEY_SIZE / 4 - 1);
		List<String> keys = List.of(beginning + "a", beginning + "b", beginning, beginning + "A", wide + "\uD83D\uDE00",
				wide + "\uD83D\uDE01", wide + "ä12");
		assertDistinct(keys.stream().map((key) -> new ActorAddress("", this.name, ActorKey.of(key))).toList());
		String incompressible = random(KEY_SIZE);
		String ofSixtyFour = "n".repeat(64 - this.name.length()) + this.name;
		assertDistinct(Stream.of("a", "b")
			.map((last) -> new ActorAddress("s".repeat(64), ofSixtyFour,
					ActorKey.of(incompressible.substring(1) + last)))
			.toList());
	}

	/** JSON can contain them, and they have no form in UTF-8. */
	@Test
	void distinguishesOrRefusesHalfSurrogatePairs() {
		StoredActor replaced = create("a?");
		StoredActor replacement = create("a\uFFFD");
		for (String half : List.of("a\uD83D", "a\uDE00")) {
			StoredActor actor = actor(half, 1).build();
			try {
				this.store.save(actor, 0);
			}
			catch (StaleStateException ex) {
				throw new AssertionError("It is not the address of another instance", ex);
			}
			catch (RuntimeException ex) {
				assertThat(this.store.load(actor.address())).isNull();
				continue;
			}
			assertSame(this.store.load(actor.address()), actor);
		}
		assertSame(this.store.load(replaced.address()), replaced);
		assertSame(this.store.load(replacement.address()), replacement);
	}

	private void assertDistinct(List<ActorAddress> addresses) {
		List<StoredActor> actors = new ArrayList<>();
		for (ActorAddress address : addresses) {
			assertThat(this.store.load(address)).as("before it is saved: %s", address).isNull();
			StoredActor actor = StoredActor.builder(id(), address)
				.version(1)
				.state(address.toString().getBytes(StandardCharsets.UTF_8))
				.build();
			this.store.save(actor, 0);
			actors.add(actor);
		}
		for (StoredActor actor : actors) {
			assertSame(this.store.load(actor.address()), actor);
			assertSame(this.store.loadById(actor.actorId()), actor);
		}
		for (StoredActor actor : actors) {
			this.store.delete(actor);
			assertThat(this.store.load(actor.address())).isNull();
		}
	}

	// Lists

	@Test
	void listsInTheOrderOfBytes() {
		List<String> keys = List.of("b", "a", "\uFFFD", "\uD83D\uDE00", "ä", "B", "a ", "", "10", "9", "a!", "a/b");
		keys.forEach(this::create);
		create("a", "b");
		List<String> expected = Stream.concat(keys.stream().map((key) -> address(key)), Stream.of(address("a", "b")))
			.map((address) -> address.key().serialize())
			.sorted((one, other) -> Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8),
					other.getBytes(StandardCharsets.UTF_8)))
			.toList();
		assertThat(keysOf(this.store.list("default", this.name, null, 100))).isEqualTo(expected);
	}

	@Test
	void listsPageByPage() {
		List<String> keys = IntStream.range(100, 125).mapToObj((i) -> "k" + i).toList();
		keys.forEach(this::create);
		List<String> listed = new ArrayList<>();
		String after = null;
		List<StoredActor> page = this.store.list("default", this.name, after, 10);
		while (!page.isEmpty()) {
			assertThat(page).hasSizeLessThanOrEqualTo(10);
			listed.addAll(keysOf(page));
			after = listed.get(listed.size() - 1);
			page = this.store.list("default", this.name, after, 10);
		}
		assertThat(listed).isEqualTo(keys);
	}

	@Test
	void listsAfterAKeyThatDoesNotExist() {
		List.of("a", "e").forEach(this::create);
		StoredActor actor = create("c");
		assertThat(keysOf(this.store.list("default", this.name, "b", 10))).containsExactly("c", "e");
		this.store.delete(actor);
		assertThat(keysOf(this.store.list("default", this.name, "c", 10))).containsExactly("e");
		assertThat(this.store.list("default", this.name, "e", 10)).isEmpty();
	}

	@Test
	void listsOnlyTheActorOfTheNamespace() {
		create("k");
		for (ActorAddress other : List.of(new ActorAddress("", this.name, ActorKey.of("a")),
				new ActorAddress("default", this.name + "a", ActorKey.of("a")),
				new ActorAddress("default", this.name.substring(1), ActorKey.of("a")),
				new ActorAddress("Default", this.name, ActorKey.of("z")))) {
			this.store.save(StoredActor.builder(id(), other).version(1).build(), 0);
		}
		assertThat(keysOf(this.store.list("default", this.name, null, 10))).containsExactly("k");
		assertThat(keysOf(this.store.list("", this.name, null, 10))).containsExactly("a");
	}

	@Test
	void listsAllButStateAndInput() {
		StoredActor actor = actor("k", 1).owner("o").epoch("e").reserved(7).marks("m").format(2).build();
		this.store.save(actor.toBuilder().state(BINARY).input(BINARY).build(), 0);
		StoredActor listed = this.store.list("default", this.name, null, 10).get(0);
		assertSame(withoutBytes(listed), actor);
	}

	private static List<String> keysOf(List<StoredActor> actors) {
		return actors.stream().map((actor) -> actor.address().key().serialize()).toList();
	}

	// Events

	@Test
	void keepsAllThatAnEventSays() {
		assumeHistory();
		StoredActor actor = create("k");
		List<StoredEvent> events = List.of(new StoredEvent(1, 0, NOW, LATER, "name", "all", null),
				new StoredEvent(5, 1, EARLIER, LATER, "grüße \uD83D\uDE00", "users:[\"ada\"]", new byte[0]),
				new StoredEvent(Long.MAX_VALUE, 5, NOW, LATER, "n".repeat(200), "t".repeat(10_000), BINARY));
		this.store.commit(Change.of(next(actor).build(), 1).withEvents(events, List.of()));
		assertThat(this.store.events(actor.actorId(), 10)).usingRecursiveFieldByFieldElementComparator()
			.isEqualTo(events);
	}

	@Test
	void keepsTheEventsOfTheFirstSave() {
		assumeHistory();
		StoredActor actor = actor("k", 1).build();
		this.store.commit(Change.of(actor, 0).withEvents(events(1, 3), List.of()).withAnswers(List.of(answer("a"))));
		assertThat(positions(actor)).containsExactly(1L, 2L, 3L);
		assertThat(this.store.answer(actor.actorId(), "a")).isNotNull();
	}

	@Test
	void loadsTheLatestEvents() {
		assumeHistory();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1).withEvents(events(1, 20), List.of()));
		this.store.commit(Change.of(next(second).build(), 2).withEvents(events(21, 30), List.of()));
		assertThat(this.store.events(actor.actorId(), 4)).extracting(StoredEvent::position)
			.containsExactly(27L, 28L, 29L, 30L);
		assertThat(positions(actor)).containsExactlyElementsOf(LongStream.rangeClosed(1, 30).boxed().toList());
		assertThat(this.store.events(id(), 10)).isEmpty();
	}

	@Test
	void leavesOutExpiredEvents() {
		assumeHistory();
		StoredActor actor = create("k");
		List<StoredEvent> events = List.of(new StoredEvent(1, 0, EARLIER, EARLIER, "old", "all", null),
				new StoredEvent(2, 1, NOW, LATER, "new", "all", null),
				new StoredEvent(3, 2, EARLIER, EARLIER, "old", "all", null));
		this.store.commit(Change.of(next(actor).build(), 1).withEvents(events, List.of()));
		assertThat(positions(actor)).containsExactly(2L);
		assertThat(this.store.events(actor.actorId(), 1)).extracting(StoredEvent::position).containsExactly(2L);
	}

	@Test
	void deletesTrimmedEvents() {
		assumeHistory();
		StoredActor actor = create("k");
		StoredActor neighbour = create("n");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1).withEvents(events(1, 5), List.of()));
		this.store.commit(Change.of(next(neighbour).build(), 1).withEvents(events(1, 5), List.of()));
		this.store.commit(Change.of(next(second).build(), 2).withEvents(events(6, 6), List.of(1L, 2L, 4L, 99L)));
		assertThat(positions(actor)).containsExactly(3L, 5L, 6L);
		assertThat(positions(neighbour)).containsExactly(1L, 2L, 3L, 4L, 5L);
	}

	@Test
	void deletesEventsAndAnswersWithTheInstance() {
		assumeHistory();
		StoredActor actor = create("k");
		this.store.commit(Change.of(next(actor).build(), 1)
			.withEvents(events(1, 5), List.of())
			.withAnswers(List.of(answer("a"))));
		this.store.delete(next(actor).build());
		assertThat(positions(actor)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "a")).isNull();
		StoredActor again = create("k");
		assertThat(positions(again)).isEmpty();
		assertThat(this.store.answer(again.actorId(), "a")).isNull();
		this.store.commit(Change.of(next(again).build(), 1).withEvents(events(1, 2), List.of()));
		assertThat(positions(again)).containsExactly(1L, 2L);
	}

	@Test
	void keepsEventsOfAPlainSave() {
		assumeHistory();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1).withEvents(events(1, 2), List.of()).withAnswers(List.of(answer("a"))));
		this.store.save(next(second).build(), 2);
		assertThat(positions(actor)).containsExactly(1L, 2L);
		assertThat(this.store.answer(actor.actorId(), "a")).isNotNull();
	}

	// Answers

	@Test
	void keepsAnswers() {
		assumeHistory();
		StoredActor actor = create("k");
		List<StoredAnswer> answers = List.of(new StoredAnswer("a", LATER, BINARY),
				new StoredAnswer("A", LATER, new byte[0]), new StoredAnswer("b".repeat(64), LATER, new byte[100_000]));
		this.store.commit(Change.of(next(actor).build(), 1).withAnswers(answers));
		for (StoredAnswer answer : answers) {
			assertAnswer(actor, answer);
		}
		assertThat(this.store.answer(actor.actorId(), "b")).isNull();
		assertThat(this.store.answer(id(), "a")).isNull();
	}

	@Test
	void replacesAnswers() {
		assumeHistory();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1).withAnswers(List.of(answer("a"), answer("b"))));
		StoredAnswer replacement = new StoredAnswer("a", LATER.plusSeconds(1), new byte[] { 9 });
		this.store.commit(Change.of(next(second).build(), 2).withAnswers(List.of(replacement)));
		assertAnswer(actor, replacement);
		assertAnswer(actor, answer("b"));
	}

	@Test
	void leavesOutExpiredAnswers() {
		assumeHistory();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		StoredAnswer expired = new StoredAnswer("a", EARLIER, BINARY);
		this.store.commit(Change.of(second, 1).withAnswers(List.of(expired)));
		assertThat(this.store.answer(actor.actorId(), "a")).isNull();
		this.store.commit(Change.of(next(second).build(), 2).withAnswers(List.of(answer("a"))));
		assertThat(this.store.answer(actor.actorId(), "a")).isNotNull();
	}

	// Schedules

	@Test
	void keepsAllThatAScheduleSays() {
		assumeSchedules();
		StoredActor actor = create("k");
		List<StoredSchedule> schedules = List.of(new StoredSchedule("s", NOW, 0, "action", BINARY),
				new StoredSchedule("grüße \uD83D\uDE00 /:{}%\n", EARLIER, 255, "äction \n1", new byte[0]),
				new StoredSchedule("\u00E9".repeat(127) + "x", LATER, 7, "n".repeat(200), new byte[100_000]),
				new StoredSchedule("S", null, 1, "action", new byte[] { 0 }),
				new StoredSchedule("", LATER, 2, "action", new byte[] { '\n', ' ' }));
		this.store.commit(Change.of(next(actor).build(), 1).withSchedules(schedules, List.of("absent")));
		assertSchedules(actor, schedules);
		assertThat(this.store.schedules(id())).isEmpty();
	}

	@Test
	void keepsTheSchedulesOfTheFirstSave() {
		assumeSchedules();
		StoredActor actor = actor("k", 1).build();
		this.store.commit(Change.of(actor, 0).withSchedules(List.of(schedule("s", NOW)), List.of("t")));
		assertSchedules(actor, List.of(schedule("s", NOW)));
		this.store.save(next(actor).build(), 1);
		assertSchedules(actor, List.of(schedule("s", NOW)));
	}

	@Test
	void replacesAndCancelsSchedules() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1)
			.withSchedules(Stream.of("earlier", "later", "same", "none", "cancelled", "kept")
				.map((id) -> schedule(id, start.plusMillis(100)))
				.toList(), List.of()));
		List<StoredSchedule> replacements = List.of(
				new StoredSchedule("earlier", start.plusMillis(50), 3, "other", BINARY),
				new StoredSchedule("later", start.plusMillis(150), 3, "other", BINARY),
				new StoredSchedule("same", start.plusMillis(100), 3, "other", BINARY),
				new StoredSchedule("none", null, 3, "other", BINARY));
		this.store
			.commit(Change.of(next(second).build(), 2).withSchedules(replacements, List.of("cancelled", "absent")));
		assertSchedules(actor,
				Stream.concat(replacements.stream(), Stream.of(schedule("kept", start.plusMillis(100)))).toList());
		assertThat(dueIn(start)).extracting(DueSchedule::id).containsExactly("earlier", "kept", "same", "later");
	}

	@Test
	void replacesASchedulesTimeAgainAndAgain() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		for (int version = 2; version < 12; version++) {
			Instant runAt = start.plusMillis(version % 2);
			actor = next(actor).build();
			this.store.commit(Change.of(actor, version - 1).withSchedules(List.of(schedule("s", runAt)), List.of()));
			assertThat(dueIn(start)).containsExactly(new DueSchedule(runAt, actor.actorId(), "s"));
		}
	}

	@Test
	void keepsSchedulesOfInstancesApart() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor one = create("one");
		StoredActor other = create("other");
		for (StoredActor actor : List.of(one, other)) {
			this.store
				.commit(Change.of(next(actor).build(), 1).withSchedules(List.of(schedule("s", start)), List.of()));
		}
		this.store.commit(Change.of(next(one).version(3).build(), 2).withSchedules(List.of(), List.of("s")));
		assertSchedules(one, List.of());
		assertSchedules(other, List.of(schedule("s", start)));
		assertThat(dueIn(start)).containsExactly(new DueSchedule(start, other.actorId(), "s"));
	}

	@Test
	void deletesSchedulesWithTheInstance() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		this.store.commit(Change.of(next(actor).build(), 1)
			.withSchedules(List.of(schedule("s", start), schedule("t", null)), List.of()));
		this.store.delete(next(actor).build());
		assertSchedules(actor, List.of());
		assertThat(dueIn(start)).isEmpty();
		StoredActor again = create("k");
		assertSchedules(again, List.of());
		this.store.commit(Change.of(next(again).build(), 1).withSchedules(List.of(schedule("s", start)), List.of()));
		assertThat(dueIn(start)).containsExactly(new DueSchedule(start, again.actorId(), "s"));
	}

	@Test
	void addsNoScheduleOfAStaleChange() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		this.store.commit(Change.of(next(actor).build(), 1)
			.withSchedules(List.of(schedule("s", start), schedule("t", start)), List.of()));
		List<StoredSchedule> added = List.of(schedule("s", start.plusMillis(1)), schedule("u", start));
		assertStale(() -> this.store.commit(Change.of(next(actor).build(), 1).withSchedules(added, List.of("t"))));
		assertStale(() -> this.store.commit(Change.of(actor("k", 1).build(), 0).withSchedules(added, List.of())));
		assertStale(() -> this.store.commit(Change.of(actor("absent", 2).build(), 1).withSchedules(added, List.of())));
		assertSchedules(actor, List.of(schedule("s", start), schedule("t", start)));
		assertThat(dueIn(start)).containsExactly(new DueSchedule(start, actor.actorId(), "s"),
				new DueSchedule(start, actor.actorId(), "t"));
	}

	@Test
	void commitsAScheduleWithAnEventAndAnAnswer() {
		assumeSchedules();
		assumeHistory();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		StoredActor second = next(actor).state(BINARY).build();
		Change change = Change.of(second, 1)
			.withEvents(events(1, 2), List.of())
			.withAnswers(List.of(answer("a")))
			.withSchedules(List.of(schedule("s", start)), List.of());
		this.store.commit(change);
		assertSame(this.store.load(actor.address()), second);
		assertThat(positions(actor)).containsExactly(1L, 2L);
		assertAnswer(actor, answer("a"));
		assertSchedules(actor, List.of(schedule("s", start)));
		assertStale(() -> this.store.commit(change.withSchedules(List.of(), List.of("s"))));
		assertThat(dueIn(start)).hasSize(1);
	}

	@Test
	void letsOneOfManySchedulesWin() throws Exception {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		List<StoredSchedule> won = winners(8, (writer) -> {
			StoredSchedule schedule = schedule((writer % 2 == 0) ? "even" : "odd", start.plusMillis(writer));
			this.store.commit(Change.of(next(actor).build(), 1).withSchedules(List.of(schedule), List.of()));
			return schedule;
		});
		assertThat(won).hasSize(1);
		assertSchedules(actor, won);
		assertThat(dueIn(start)).extracting(DueSchedule::id).containsExactly(won.get(0).id());
	}

	// Connections

	@Test
	void keepsConnections() {
		assumeConnections();
		StoredActor actor = create("k");
		StoredActor second = next(actor).state(BINARY).build();
		List<StoredConnection> connections = List.of(connection("c", BINARY), connection("C", new byte[0]),
				connection("x".repeat(255), new byte[100_000]));
		this.store.commit(Change.of(second, 1).withConnections(connections, List.of("absent")));
		assertSame(this.store.load(actor.address()), second);
		assertConnections(actor, connections);
		assertThat(this.store.connections(id())).isEmpty();
	}

	@Test
	void replacesAndRemovesConnections() {
		assumeConnections();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1)
			.withConnections(
					List.of(connection("replaced", BINARY), connection("gone", BINARY), connection("kept", BINARY)),
					List.of()));
		this.store.commit(Change.of(next(second).build(), 2)
			.withConnections(List.of(connection("replaced", new byte[] { 1 }), connection("new", BINARY)),
					List.of("gone", "absent")));
		assertConnections(actor, List.of(connection("replaced", new byte[] { 1 }), connection("kept", BINARY),
				connection("new", BINARY)));
	}

	@Test
	void keepsConnectionsOfInstancesApart() {
		assumeConnections();
		StoredActor one = create("one");
		StoredActor other = create("other");
		for (StoredActor actor : List.of(one, other)) {
			this.store
				.commit(Change.of(next(actor).build(), 1).withConnections(List.of(connection("c", BINARY)), List.of()));
		}
		this.store.commit(Change.of(next(one).version(3).build(), 2).withConnections(List.of(), List.of("c")));
		assertConnections(one, List.of());
		assertConnections(other, List.of(connection("c", BINARY)));
	}

	@Test
	void deletesConnectionsWithTheInstance() {
		assumeConnections();
		StoredActor actor = create("k");
		this.store.commit(Change.of(next(actor).build(), 1)
			.withConnections(List.of(connection("c", BINARY), connection("d", BINARY)), List.of()));
		this.store.delete(next(actor).build());
		assertConnections(actor, List.of());
		assertConnections(create("k"), List.of());
	}

	@Test
	void changesNoConnectionByAStaleChange() {
		assumeConnections();
		StoredActor actor = create("k");
		this.store
			.commit(Change.of(next(actor).build(), 1).withConnections(List.of(connection("c", BINARY)), List.of()));
		assertStale(() -> this.store
			.commit(Change.of(next(actor).build(), 1).withConnections(List.of(connection("d", BINARY)), List.of("c"))));
		assertConnections(actor, List.of(connection("c", BINARY)));
	}

	@Test
	void keepsManyConnections() {
		assumeConnections();
		StoredActor actor = create("k");
		List<StoredConnection> connections = IntStream.range(0, 1500)
			.mapToObj((i) -> connection("c" + i, new byte[] { (byte) i }))
			.toList();
		this.store.commit(Change.of(next(actor).build(), 1).withConnections(connections, List.of()));
		assertConnections(actor, connections);
	}

	private void assumeConnections() {
		Assumptions.assumeTrue(this.store.keepsConnections(), "The store keeps no connections");
	}

	private static StoredConnection connection(String id, byte[] body) {
		return new StoredConnection(id, body);
	}

	private void assertConnections(StoredActor actor, List<StoredConnection> expected) {
		assertThat(texts(this.store.connections(actor.actorId()))).containsExactlyElementsOf(texts(expected));
	}

	/** Sorted: a comparison of arrays in any order takes a minute for many of them. */
	private static List<String> texts(List<StoredConnection> connections) {
		return connections.stream()
			.map((connection) -> connection.id() + ": " + HexFormat.of().formatHex(connection.body()))
			.sorted()
			.toList();
	}

	// Due schedules

	/** In the order of times, then of the bytes of both ids. */
	@Test
	void findsDueSchedulesInTheirOrder() {
		assumeSchedules();
		Instant start = uniqueTime();
		List<DueSchedule> expected = new ArrayList<>();
		for (String letter : List.of("A", "B", "a", "b")) {
			StoredActor actor = StoredActor.builder(letter + id().substring(1), address(letter)).version(1).build();
			List<StoredSchedule> schedules = Stream.of("\uD83D\uDE00", "b", "\uFFFD", "B", "ä", "a", "", "a!", "é")
				.map((id) -> schedule(id, start))
				.toList();
			this.store.commit(Change.of(actor, 0).withSchedules(schedules, List.of()));
			Stream.of("", "B", "a", "a!", "b", "ä", "é", "\uFFFD", "\uD83D\uDE00")
				.map((id) -> new DueSchedule(start, actor.actorId(), id))
				.forEach(expected::add);
		}
		StoredActor early = actor("early", 1).build();
		this.store.commit(Change.of(early, 0).withSchedules(List.of(schedule("z", start.minusMillis(1))), List.of()));
		expected.add(0, new DueSchedule(start.minusMillis(1), early.actorId(), "z"));
		assertThat(due(start.minusMillis(1), start, 100)).isEqualTo(expected);
		assertThat(due(start.minusMillis(1), start, 5)).isEqualTo(expected);
		assertThat(due(start.minusMillis(1), start, 1)).isEqualTo(expected);
	}

	@Test
	void findsDueSchedulesAfterOneThatDoesNotExist() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		String id = actor.actorId();
		this.store.commit(Change.of(next(actor).build(), 1)
			.withSchedules(Stream.of("a", "c", "e").map((each) -> schedule(each, start)).toList(), List.of()));
		assertThat(this.store.due(start, new DueSchedule(start, id, "b"), 10)).extracting(DueSchedule::id)
			.containsExactly("c", "e");
		assertThat(this.store.due(start, new DueSchedule(start, id, "c"), 1)).extracting(DueSchedule::id)
			.containsExactly("e");
		assertThat(this.store.due(start, new DueSchedule(start, id, "e"), 10)).isEmpty();
		assertThat(this.store.due(start, new DueSchedule(start, id + "0", ""), 10)).isEmpty();
		assertThat(this.store.due(start, new DueSchedule(start.plusMillis(1), "", ""), 10)).isEmpty();
	}

	@Test
	void findsWhatIsDueAtTheLatestTime() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		this.store.commit(Change.of(next(actor).build(), 1)
			.withSchedules(List.of(schedule("a", start), schedule("b", start.plusMillis(1)), schedule("never", null)),
					List.of()));
		assertThat(due(start, start.minusMillis(1), 10)).isEmpty();
		assertThat(due(start, start, 10)).extracting(DueSchedule::id).containsExactly("a");
		assertThat(due(start, start.plusMillis(1), 10)).extracting(DueSchedule::id).containsExactly("a", "b");
		assertThat(due(start, start.plusSeconds(60), 10)).extracting(DueSchedule::id).containsExactly("a", "b");
	}

	@Test
	void findsDueSchedulesFromTheFirstOn() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		this.store.commit(Change.of(next(actor).build(), 1)
			.withSchedules(List.of(schedule("a", start), schedule("b", start)), List.of()));
		List<DueSchedule> found = this.store.due(start, null, 1);
		assertThat(found).hasSize(1);
		assertThat(found.get(0).runAt()).isBeforeOrEqualTo(start);
		List<DueSchedule> all = new ArrayList<>(found);
		while (!found.isEmpty()) {
			found = this.store.due(start, all.get(all.size() - 1), 1000);
			assertThat(found).doesNotContain(all.get(all.size() - 1));
			all.addAll(found);
		}
		assertThat(all).endsWith(new DueSchedule(start, actor.actorId(), "a"),
				new DueSchedule(start, actor.actorId(), "b"));
	}

	@Test
	void findsManyDueSchedulesOfOneTime() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		List<StoredSchedule> schedules = IntStream.range(1000, 2500).mapToObj((i) -> schedule("s" + i, start)).toList();
		this.store.commit(Change.of(next(actor).build(), 1).withSchedules(schedules, List.of()));
		assertThat(due(start, start, 700)).extracting(DueSchedule::id)
			.isEqualTo(schedules.stream().map(StoredSchedule::id).toList());
		assertThat(due(start, start, 10_000)).hasSize(1500);
	}

	@Test
	void postponesASchedule() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		StoredSchedule schedule = new StoredSchedule("s ä", start, 9, "action", BINARY);
		this.store.commit(Change.of(second, 1).withSchedules(List.of(schedule, schedule("t", start)), List.of()));
		this.store.postpone(new DueSchedule(start, actor.actorId(), "s ä"), start.plusMillis(5));
		assertSame(this.store.load(actor.address()), second);
		assertSchedules(actor,
				List.of(new StoredSchedule("s ä", start.plusMillis(5), 9, "action", BINARY), schedule("t", start)));
		assertThat(dueIn(start)).containsExactly(new DueSchedule(start, actor.actorId(), "t"),
				new DueSchedule(start.plusMillis(5), actor.actorId(), "s ä"));
		this.store.postpone(new DueSchedule(start.plusMillis(5), actor.actorId(), "s ä"), start);
		assertThat(dueIn(start)).extracting(DueSchedule::id).containsExactly("s ä", "t");
		this.store.commit(Change.of(next(second).build(), 2).withSchedules(List.of(), List.of("s ä")));
		assertThat(dueIn(start)).extracting(DueSchedule::id).containsExactly("t");
	}

	@Test
	void postponesNothingThatHasChanged() {
		assumeSchedules();
		Instant start = uniqueTime();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1)
			.withSchedules(List.of(schedule("s", start.plusMillis(1)), schedule("none", null)), List.of()));
		Instant later = start.plusMillis(9);
		for (DueSchedule changed : List.of(new DueSchedule(start, actor.actorId(), "s"),
				new DueSchedule(start, actor.actorId(), "none"), new DueSchedule(start, actor.actorId(), "absent"),
				new DueSchedule(start.plusMillis(1), id(), "s"),
				new DueSchedule(start.plusMillis(1), actor.actorId(), "S"))) {
			this.store.postpone(changed, later);
		}
		assertSchedules(actor, List.of(schedule("s", start.plusMillis(1)), schedule("none", null)));
		assertThat(dueIn(start)).containsExactly(new DueSchedule(start.plusMillis(1), actor.actorId(), "s"));
		this.store.delete(next(actor).build());
		this.store.postpone(new DueSchedule(start.plusMillis(1), actor.actorId(), "s"), later);
		assertThat(dueIn(start)).isEmpty();
	}

	private List<DueSchedule> dueIn(Instant start) {
		return due(start, start.plusSeconds(10), 1000);
	}

	/** Returns all that are due, page by page. */
	private List<DueSchedule> due(Instant from, Instant until, int limit) {
		List<DueSchedule> all = new ArrayList<>();
		DueSchedule last = new DueSchedule(from, "", "");
		List<DueSchedule> page = this.store.due(until, last, limit);
		while (!page.isEmpty()) {
			assertThat(page).hasSizeLessThanOrEqualTo(limit).doesNotContain(last);
			all.addAll(page);
			last = page.get(page.size() - 1);
			page = this.store.due(until, last, limit);
		}
		return all;
	}

	private void assertSchedules(StoredActor actor, List<StoredSchedule> expected) {
		assertThat(this.store.schedules(actor.actorId())).as("schedules of %s", actor)
			.usingRecursiveFieldByFieldElementComparator()
			.containsExactlyInAnyOrderElementsOf(expected);
	}

	private static StoredSchedule schedule(String id, @Nullable Instant runAt) {
		return new StoredSchedule(id, runAt, 5, "action", id.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Returns a time in the past, so that the schedules of the next seconds are those of
	 * one test even if the database has others.
	 */
	private static Instant uniqueTime() {
		return Instant.ofEpochSecond(ThreadLocalRandom.current().nextInt(1_000_000_000));
	}

	// Changes as a whole

	@Test
	void addsNothingOfAStaleChange() {
		assumeHistory();
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		this.store.commit(Change.of(second, 1).withEvents(events(1, 2), List.of()).withAnswers(List.of(answer("a"))));
		StoredAnswer replacement = new StoredAnswer("a", LATER, BINARY);
		assertStale(() -> this.store.commit(Change.of(next(actor).state(BINARY).build(), 1)
			.withEvents(events(3, 4), List.of(1L))
			.withAnswers(List.of(replacement, answer("b")))));
		assertStale(() -> this.store.commit(Change.of(actor("k", 1).build(), 0)
			.withEvents(events(3, 4), List.of())
			.withAnswers(List.of(answer("b")))));
		assertSame(this.store.load(actor.address()), second);
		assertThat(positions(actor)).containsExactly(1L, 2L);
		assertAnswer(actor, answer("a"));
		assertThat(this.store.answer(actor.actorId(), "b")).isNull();
	}

	@Test
	void addsNothingOfAChangeToADeletedInstance() {
		assumeHistory();
		StoredActor actor = create("k");
		this.store.delete(actor);
		assertStale(() -> this.store.commit(Change.of(next(actor).build(), 1)
			.withEvents(events(1, 2), List.of())
			.withAnswers(List.of(answer("a")))));
		assertThat(this.store.load(actor.address())).isNull();
		assertThat(positions(actor)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "a")).isNull();
	}

	@Test
	void commitsChangesOfManyWriters() throws Exception {
		assumeHistory();
		int versions = 10;
		List<StoredActor> last = winners(64, (writer) -> {
			StoredActor actor = create("k" + writer);
			for (long version = 1; version < versions; version++) {
				StoredActor after = next(actor).build();
				List<Long> trimmed = (version > 3) ? List.of(version - 3) : List.of();
				this.store.commit(Change.of(after, version)
					.withEvents(events(version, version), trimmed)
					.withAnswers(List.of(answer("a" + version))));
				actor = after;
			}
			return actor;
		});
		assertThat(last).hasSize(64);
		for (StoredActor actor : last) {
			assertThat(positions(actor)).containsExactly(7L, 8L, 9L);
			assertThat(this.store.answer(actor.actorId(), "a1")).isNotNull();
			assertThat(this.store.answer(actor.actorId(), "a9")).isNotNull();
		}
	}

	@Test
	void letsOneOfManyChangesWin() throws Exception {
		assumeHistory();
		StoredActor actor = create("k");
		List<StoredActor> won = winners(8, (writer) -> {
			StoredActor after = next(actor).format(writer).build();
			this.store.commit(Change.of(after, 1)
				.withEvents(events(writer + 1, writer + 1), List.of())
				.withAnswers(List.of(answer("a" + writer))));
			return after;
		});
		assertThat(won).hasSize(1);
		int writer = won.get(0).format();
		assertSame(this.store.load(actor.address()), won.get(0));
		assertThat(positions(actor)).containsExactly(writer + 1L);
		for (int i = 0; i < 8; i++) {
			assertThat(this.store.answer(actor.actorId(), "a" + i) != null).isEqualTo(i == writer);
		}
	}

	@Test
	void refusesEventsAndAnswersVisiblyIfItKeepsNone() {
		Assumptions.assumeFalse(this.store.keepsHistory(), "The store keeps events and answers");
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		for (Change change : List.of(Change.of(second, 1).withEvents(events(1, 1), List.of()),
				Change.of(second, 1).withEvents(List.of(), List.of(1L)),
				Change.of(second, 1).withAnswers(List.of(answer("a"))))) {
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> this.store.commit(change));
			assertSame(this.store.load(actor.address()), actor);
		}
		assertThat(this.store.events(actor.actorId(), 10)).isEmpty();
		assertThat(this.store.answer(actor.actorId(), "a")).isNull();
	}

	@Test
	void refusesSchedulesVisiblyIfItKeepsNone() {
		Assumptions.assumeFalse(this.store.keepsSchedules(), "The store keeps schedules");
		StoredActor actor = create("k");
		StoredActor second = next(actor).build();
		for (Change change : List.of(Change.of(second, 1).withSchedules(List.of(schedule("s", NOW)), List.of()),
				Change.of(second, 1).withSchedules(List.of(), List.of("s")))) {
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> this.store.commit(change));
			assertSame(this.store.load(actor.address()), actor);
		}
		assertThat(this.store.schedules(actor.actorId())).isEmpty();
		assertThat(this.store.due(LATER, null, 10)).isEmpty();
	}

	// Shared values

	@Test
	void keepsTheFirstValue() {
		Assumptions.assumeTrue(keepsValues(), "The store does not keep shared values");
		String value = "v".repeat(255);
		String valueName = uniqueName();
		assertThat(this.store.initialize(valueName, value)).isEqualTo(value);
		assertThat(this.store.initialize(valueName, "other")).isEqualTo(value);
		assertThat(this.store.initialize(valueName.toUpperCase(Locale.ROOT), "upper")).isEqualTo("upper");
	}

	@Test
	void keepsOneOfManyValues() throws Exception {
		Assumptions.assumeTrue(keepsValues(), "The store does not keep shared values");
		String valueName = uniqueName();
		List<String> values = winners(16, (i) -> this.store.initialize(valueName, "value " + i));
		assertThat(values).hasSize(16);
		assertThat(Set.copyOf(values)).hasSize(1);
		assertThat(this.store.initialize(valueName, "late")).isEqualTo(values.get(0));
	}

	private boolean keepsValues() {
		String valueName = uniqueName();
		this.store.initialize(valueName, "first");
		return this.store.initialize(valueName, "second").equals("first");
	}

	private static String uniqueName() {
		return ("v" + UUID.randomUUID() + "-" + "x".repeat(64)).substring(0, 64);
	}

	// Helpers

	/**
	 * Runs the work of several writers at the same time.
	 * @return the results of those whose change was not stale
	 */
	private static <T> List<T> winners(int writers, IntFunction<T> work) throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(writers);
		try {
			CyclicBarrier start = new CyclicBarrier(writers);
			List<Callable<@Nullable T>> calls = new ArrayList<>();
			for (int i = 0; i < writers; i++) {
				int writer = i;
				calls.add(() -> {
					start.await(1, TimeUnit.MINUTES);
					return unlessStale(writer, work);
				});
			}
			List<T> results = new ArrayList<>();
			for (Future<@Nullable T> result : threads.invokeAll(calls, 2, TimeUnit.MINUTES)) {
				T value = result.get();
				if (value != null) {
					results.add(value);
				}
			}
			return results;
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static <T> @Nullable T unlessStale(int writer, IntFunction<T> work) {
		try {
			return work.apply(writer);
		}
		catch (StaleStateException ex) {
			return null;
		}
	}

	private void assumeHistory() {
		Assumptions.assumeTrue(this.store.keepsHistory(), "The store does not keep events and answers");
	}

	private void assumeSchedules() {
		Assumptions.assumeTrue(this.store.keepsSchedules(), "The store does not keep schedules");
	}

	private static void assertStale(Runnable work) {
		assertThatExceptionOfType(StaleStateException.class).isThrownBy(work::run);
	}

	private static void assertSame(@Nullable StoredActor found, StoredActor expected) {
		assertThat(found).as("%s", expected.address()).isNotNull();
		StoredActor actor = Objects.requireNonNull(found);
		assertThat(actor.state()).as("state of %s", expected).isEqualTo(expected.state());
		assertThat(actor.input()).as("input of %s", expected).isEqualTo(expected.input());
		// without the bytes, which it would compare one by one
		assertThat(withoutBytes(actor)).usingRecursiveComparison().isEqualTo(withoutBytes(expected));
	}

	private static StoredActor withoutBytes(StoredActor actor) {
		return actor.toBuilder().state(null).input(null).build();
	}

	private void assertAnswer(StoredActor actor, StoredAnswer expected) {
		StoredAnswer answer = this.store.answer(actor.actorId(), expected.key());
		assertThat(answer).as("answer %s of %s", expected.key(), actor).isNotNull();
		assertThat(Objects.requireNonNull(answer).body()).isEqualTo(expected.body());
		assertThat(answer.key()).isEqualTo(expected.key());
		assertThat(answer.expiresAt()).isEqualTo(expected.expiresAt());
	}

	private List<Long> positions(StoredActor actor) {
		return this.store.events(actor.actorId(), 1000).stream().map(StoredEvent::position).toList();
	}

	private StoredActor loaded(String key) {
		return Objects.requireNonNull(this.store.load(address(key)));
	}

	private StoredActor create(String... key) {
		StoredActor actor = StoredActor.builder(id(), address(key))
			.version(1)
			.createdAt(NOW)
			.savedAt(NOW)
			.state("{}".getBytes(StandardCharsets.UTF_8))
			.build();
		this.store.save(actor, 0);
		return actor;
	}

	private StoredActor.Builder actor(String key, long version) {
		return StoredActor.builder(id(), address(key)).version(version).createdAt(NOW).savedAt(NOW);
	}

	private static StoredActor.Builder next(StoredActor actor) {
		return actor.toBuilder().version(actor.version() + 1);
	}

	private ActorAddress address(String... key) {
		return ActorAddress.of(this.name, key);
	}

	private static List<StoredEvent> events(long first, long last) {
		return LongStream.rangeClosed(first, last)
			.mapToObj((position) -> new StoredEvent(position, position - 1, NOW, LATER, "event", "all", new byte[10]))
			.toList();
	}

	private static StoredAnswer answer(String key) {
		return new StoredAnswer(key, LATER, key.getBytes(StandardCharsets.US_ASCII));
	}

	private static String id() {
		return UUID.randomUUID().toString();
	}

	/** Returns a text that a database cannot compress much. */
	private static String random(int length) {
		Random random = new Random(1);
		return random.ints(length, 'a', 'z' + 1).mapToObj(Character::toString).collect(Collectors.joining());
	}

	private static byte[] bytes(IntStream values) {
		int[] all = values.toArray();
		byte[] bytes = new byte[all.length];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) all[i];
		}
		return bytes;
	}

}

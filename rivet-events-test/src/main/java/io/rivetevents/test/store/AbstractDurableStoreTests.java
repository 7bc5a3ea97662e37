/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a store keeps what it has confirmed when its process is killed. A process of
 * its own writes to the store with several threads, and prints each confirmed change. It
 * is killed again and again; each time its store is read, and must contain all confirmed
 * changes as a whole: state, events, answers and schedules of one change together. All
 * schedules are due, and must be found. Extend the class to test an implementation:
 *
 * <pre>{@code
 * class MyDurableStoreTests extends AbstractDurableStoreTests {
 *
 *     &#64;TempDir
 *     Path folder;
 *
 *     &#64;Override
 *     protected Class<? extends ActorStateStoreFactory> factory() {
 *         return Factory.class;
 *     }
 *
 *     &#64;Override
 *     protected String location() {
 *         return this.folder.resolve("file").toString();
 *     }
 *
 *     public static class Factory implements ActorStateStoreFactory {
 *
 *         &#64;Override
 *         public ActorStateStore open(String location) {
 *             return new MyStore(Path.of(location));
 *         }
 *
 *     }
 *
 * }
 * }</pre>
 *
 * It proves nothing about the loss of power. The system property {@value #KILLS} sets the
 * number of kills, 20 by default. One takes about a second.
 *
 * @since 0.1.0
 */
public abstract class AbstractDurableStoreTests {

	/** System property with the number of kills. */
	public static final String KILLS = "rivet.test.kills";

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	/** Number of changes after which the writer is killed, at least. */
	private static final int CHANGES = 100;

	/** What is stored of each instance, by its address. */
	private final Map<ActorAddress, Written> written = new HashMap<>();

	private final Random random = new Random();

	private long confirmed;

	/**
	 * The last confirmed change of an instance.
	 *
	 * @param actorId id of the instance
	 * @param version its version, 0 after its deletion
	 */
	private record Written(String actorId, long version) {

		private static final Written NOTHING = new Written("", 0);

		boolean isDeleted() {
			return this.version == 0;
		}

		/** Returns whether another change follows directly. */
		boolean precedes(Written next) {
			if (isDeleted()) {
				return next.version == 1 && !next.actorId.equals(this.actorId);
			}
			long version = (this.version == WrittenContent.LAST_VERSION) ? 0 : this.version + 1;
			return next.version == version && next.actorId.equals(this.actorId);
		}

	}

	/**
	 * Returns the class that opens the store, in this process and in the one that writes.
	 */
	protected abstract Class<? extends ActorStateStoreFactory> factory();

	/**
	 * Returns where the instances are stored. Nothing is stored there at the beginning.
	 */
	protected abstract String location();

	/**
	 * Kills the process that writes. Override it to kill a server with it.
	 * {@link Process#destroyForcibly()} is not suitable: it closes the output of the
	 * process, and the test fails if confirmed changes there could not be read.
	 * @param writer the process; it must have been killed at the end
	 */
	protected void kill(Process writer) {
		writer.toHandle().destroyForcibly();
	}

	/**
	 * Called after each kill, before the store is opened. Override it to start a server
	 * again; the default implementation does nothing.
	 */
	protected void restart() {
	}

	@Test
	void keepsWhatItHasConfirmedWhenItIsKilled() throws Exception {
		int kills = Integer.getInteger(KILLS, 20);
		for (int i = 0; i < kills; i++) {
			for (String line : linesOfAKilledWriter()) {
				confirm(line);
			}
			restart();
			readBack();
		}
		System.out.printf("%s: %d kills, %d confirmed changes, none lost or torn%n", getClass().getSimpleName(), kills,
				this.confirmed);
	}

	private List<String> linesOfAKilledWriter() throws IOException, InterruptedException {
		Process writer = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath(), StoreWriter.class.getName(),
				factory().getName(), location())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try {
			Queue<String> lines = new ConcurrentLinkedQueue<>();
			CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> read(writer, lines),
					(task) -> new Thread(task).start());
			Awaitility.await().atMost(PATIENCE).until(() -> lines.size() >= CHANGES || !writer.isAlive());
			Thread.sleep(this.random.nextInt(100)); // so that it is killed at any point
			List<String> before = List.copyOf(lines);
			assertThat(before).noneMatch((line) -> line.startsWith(StoreWriter.FAILED)).hasSizeGreaterThan(CHANGES - 1);
			kill(writer);
			assertThat(writer.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
			reader.join();
			return List.copyOf(lines);
		}
		finally {
			writer.destroyForcibly();
		}
	}

	private static String classPath() {
		// Surefire hides the class path in a jar
		return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
	}

	/** Reads the complete lines of the writer; the last one may be cut. */
	private static void read(Process writer, Queue<String> lines) {
		try (BufferedReader reader = writer.inputReader(StandardCharsets.US_ASCII)) {
			StringBuilder line = new StringBuilder();
			for (int next = reader.read(); next >= 0; next = reader.read()) {
				if (next != '\n') {
					line.append((char) next);
					continue;
				}
				if (line.indexOf(StoreWriter.WRITTEN) == 0 || line.indexOf(StoreWriter.FAILED) == 0) {
					lines.add(line.toString());
				}
				line.setLength(0);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Notes a confirmed change, which must follow what was stored. */
	private void confirm(String line) {
		if (line.startsWith(StoreWriter.FAILED)) {
			return; // after its server was killed
		}
		String[] parts = line.substring(StoreWriter.WRITTEN.length()).split(" ");
		ActorAddress address = WrittenContent.address(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
		Written next = new Written(parts[2], Long.parseLong(parts[3]));
		Written before = this.written.getOrDefault(address, Written.NOTHING);
		assertThat(before.precedes(next)).as("%s of %s follows %s", next, address, before).isTrue();
		this.written.put(address, next);
		this.confirmed++;
	}

	private void readBack() throws Exception {
		ActorStateStore store = factory().getDeclaredConstructor().newInstance().open(location());
		try {
			for (int thread = 0; thread < WrittenContent.THREADS; thread++) {
				for (int i = 0; i < WrittenContent.INSTANCES_OF_A_THREAD; i++) {
					readBack(store, WrittenContent.address(thread, i));
				}
			}
			if (store.keepsSchedules()) {
				checkDue(store);
			}
		}
		finally {
			if (store instanceof AutoCloseable closeable) {
				closeable.close();
			}
		}
	}

	/** The last change may have been stored and not confirmed. */
	private void readBack(ActorStateStore store, ActorAddress address) {
		Written confirmed = this.written.getOrDefault(address, Written.NOTHING);
		StoredActor actor = store.load(address);
		Written found = (actor != null) ? new Written(actor.actorId(), actor.version())
				: new Written(confirmed.actorId(), 0);
		assertThat(found.equals(confirmed) || confirmed.precedes(found))
			.as("%s is stored of %s, confirmed was %s", found, address, confirmed)
			.isTrue();
		if (actor != null) {
			checkWhole(store, actor);
		}
		else {
			checkDeleted(store, confirmed.actorId());
		}
		this.written.put(address, found);
	}

	private static void checkWhole(ActorStateStore store, StoredActor actor) {
		String id = actor.actorId();
		long version = actor.version();
		assertThat(actor.state()).as("state of %s", actor).isEqualTo(WrittenContent.state(id, version));
		assertThat(actor.reserved()).isEqualTo(version);
		assertThat(store.loadById(id)).usingRecursiveComparison().isEqualTo(actor);
		if (store.keepsHistory()) {
			List<StoredEvent> expected = LongStream
				.rangeClosed(Math.max(1, version - WrittenContent.EVENTS + 1), version)
				.mapToObj((position) -> WrittenContent.event(id, position))
				.toList();
			assertThat(store.events(id, 100)).as("events of %s", actor)
				.usingRecursiveFieldByFieldElementComparator()
				.isEqualTo(expected);
			for (long each : List.of(1L, version)) {
				StoredAnswer answer = store.answer(id, WrittenContent.answerKey(each));
				assertThat(answer).as("answer %d of %s", each, actor).isNotNull();
				assertThat(Objects.requireNonNull(answer).body()).isEqualTo(WrittenContent.bytes(id, each));
			}
			assertThat(store.answer(id, WrittenContent.answerKey(version + 1))).as("answer after %s", actor).isNull();
		}
		if (store.keepsSchedules()) {
			assertThat(store.schedules(id)).as("schedules of %s", actor)
				.usingRecursiveFieldByFieldElementComparator()
				.containsExactlyInAnyOrderElementsOf(WrittenContent.schedules(id, version));
		}
	}

	private void checkDue(ActorStateStore store) {
		List<DueSchedule> expected = this.written.values()
			.stream()
			.filter((written) -> !written.isDeleted())
			.flatMap((written) -> WrittenContent.schedules(written.actorId(), written.version())
				.stream()
				.map((schedule) -> due(written.actorId(), schedule)))
			.toList();
		List<DueSchedule> found = store.due(WrittenContent.DUE, null, 1000);
		assertThat(found).as("due schedules")
			.containsExactlyInAnyOrderElementsOf(expected)
			.isSortedAccordingTo(Comparator.comparing(DueSchedule::runAt)
				.thenComparing(DueSchedule::actorId)
				.thenComparing(DueSchedule::id));
	}

	private static DueSchedule due(String actorId, StoredSchedule schedule) {
		return new DueSchedule(Objects.requireNonNull(schedule.runAt()), actorId, schedule.id());
	}

	private static void checkDeleted(ActorStateStore store, String actorId) {
		assertThat(store.loadById(actorId)).isNull();
		assertThat(store.events(actorId, 100)).isEmpty();
		assertThat(store.answer(actorId, WrittenContent.answerKey(1))).isNull();
		assertThat(store.schedules(actorId)).isEmpty();
	}

}

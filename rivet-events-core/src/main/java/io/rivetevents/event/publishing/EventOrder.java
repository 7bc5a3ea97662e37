package io.rivetevents.event.publishing;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.ByteBudget;
import io.rivetevents.protocol.ActorKey;

/**
 * The order in which events are published. Events of a connection follow each other. An
 * event of an instance itself follows everything reported of the instance before it, and
 * precedes everything after it. Different connections do not wait for each other. What
 * waits is bounded in bytes. No method blocks. Safe for use by several threads.
 */
final class EventOrder {

	/** Bytes of droppable events of one connection that may wait, beside a first one. */
	static final long CONNECTION_BYTES = 1024 * 1024;

	private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

	private final Map<Instance, Line> lines = new ConcurrentHashMap<>();

	private final ByteBudget budget;

	/**
	 * Creates an order.
	 * @param budget bytes of all events that may wait
	 */
	EventOrder(ByteBudget budget) {
		this.budget = budget;
	}

	/**
	 * Takes the next place of an instance.
	 * @return the place, {@code null} if it would have to wait and too much waits
	 */
	@Nullable Place enter(Instance instance, long weight) {
		return take(instance, (line) -> {
			CompletableFuture<?> previous = line.everything();
			return acquire(previous, weight) ? line.enter(new Place(instance, null, previous, weight)) : null;
		});
	}

	/**
	 * Takes the next place of a connection.
	 * @return the place, {@code null} if it would have to wait and too much waits
	 */
	@Nullable Place enter(Instance instance, String connection, long weight) {
		return take(instance, (line) -> {
			CompletableFuture<?> previous = line.last(connection);
			return acquire(previous, weight) ? line.enter(new Place(instance, connection, previous, weight)) : null;
		});
	}

	/**
	 * Takes the next place of a connection for an event that may be dropped.
	 * @param connection id of the connection, empty for the server itself
	 * @return the place, {@code null} if too much waits, of this connection or in total
	 */
	@Nullable Place tryEnter(Instance instance, String connection, long weight) {
		return take(instance, (line) -> {
			boolean free = line.hasRoom(connection, weight) && tryAcquire(weight);
			return free ? line.enter(new Place(instance, connection, line.last(connection), weight)) : null;
		});
	}

	/** What does not have to wait is not refused. */
	private boolean acquire(CompletableFuture<?> previous, long weight) {
		if (!previous.isDone()) {
			return tryAcquire(weight);
		}
		this.budget.acquire(weight);
		return true;
	}

	private boolean tryAcquire(long weight) {
		if (this.budget.acquire(weight)) {
			return true;
		}
		this.budget.release(weight);
		return false;
	}

	private @Nullable Place take(Instance instance, Function<Line, @Nullable Place> taking) {
		Place[] taken = new Place[1];
		this.lines.compute(instance, (key, present) -> {
			Line line = (present != null) ? present : new Line();
			taken[0] = taking.apply(line);
			return line.isEmpty() ? null : line;
		});
		return taken[0];
	}

	private void leave(Place place) {
		this.lines.computeIfPresent(place.instance, (key, line) -> {
			line.leave(place);
			return line.isEmpty() ? null : line;
		});
		this.budget.release(place.weight);
		place.done.complete(null);
	}

	/**
	 * Returns of how many instances something waits or is being published.
	 */
	int size() {
		return this.lines.size();
	}

	/**
	 * What shares an order: an instance. Those of equal name and key in several
	 * namespaces share one.
	 *
	 * @param actor name of the actor
	 * @param key key of the instance
	 */
	record Instance(String actor, ActorKey key) implements Comparable<Instance> {

		private static final Comparator<Instance> ORDER = Comparator.comparing(Instance::actor)
			.thenComparing(Instance::key);

		/** So that a map stays fast whatever clients make their hashes. */
		@Override
		public int compareTo(Instance other) {
			return ORDER.compare(this, other);
		}

	}

	/**
	 * The place of one event. Each must be left by a call of {@link #run}, or those
	 * behind it wait for ever.
	 */
	final class Place {

		private final AtomicBoolean left = new AtomicBoolean();

		private final Instance instance;

		/** {@code null} for the instance itself. */
		private final @Nullable String connection;

		private final CompletableFuture<?> previous;

		private final long weight;

		private final CompletableFuture<Void> done = new CompletableFuture<>();

		private Place(Instance instance, @Nullable String connection, CompletableFuture<?> previous, long weight) {
			this.instance = instance;
			this.connection = connection;
			this.previous = previous;
			this.weight = weight;
		}

		/**
		 * Returns whether nothing is left to wait for.
		 */
		boolean isNext() {
			return this.previous.isDone();
		}

		/**
		 * Runs something once nothing is left to wait for, on this thread or on that of
		 * the event before.
		 */
		void whenNext(Runnable task) {
			this.previous.thenRun(task);
		}

		/**
		 * Runs something and leaves the place, whatever happens. Without effect when
		 * called again.
		 */
		void run(Runnable task) {
			if (!this.left.compareAndSet(false, true)) {
				return;
			}
			try {
				task.run();
			}
			finally {
				leave(this);
			}
		}

	}

	/** What waits of an instance; used under the lock of its key in the map. */
	private static final class Line {

		private final Map<String, Waiting> connections = new HashMap<>();

		private CompletableFuture<?> last = DONE;

		private int places;

		boolean isEmpty() {
			return this.places == 0;
		}

		CompletableFuture<?> everything() {
			Stream<CompletableFuture<?>> connections = this.connections.values()
				.stream()
				.map((waiting) -> waiting.last);
			return CompletableFuture
				.allOf(Stream.concat(Stream.of(this.last), connections).toArray(CompletableFuture<?>[]::new));
		}

		CompletableFuture<?> last(String connection) {
			Waiting waiting = this.connections.get(connection);
			return (waiting != null) ? waiting.last : this.last;
		}

		boolean hasRoom(String connection, long weight) {
			Waiting waiting = this.connections.get(connection);
			return waiting == null || waiting.bytes + weight <= CONNECTION_BYTES;
		}

		Place enter(Place place) {
			this.places++;
			String connection = place.connection;
			if (connection == null) {
				this.last = place.done;
				this.connections.values().forEach((waiting) -> waiting.last = place.done);
				return place;
			}
			Waiting waiting = this.connections.computeIfAbsent(connection, (key) -> new Waiting());
			waiting.last = place.done;
			waiting.places++;
			waiting.bytes += place.weight;
			return place;
		}

		void leave(Place place) {
			this.places--;
			String connection = place.connection;
			Waiting waiting = (connection != null) ? this.connections.get(connection) : null;
			if (connection == null || waiting == null) {
				return;
			}
			waiting.bytes -= place.weight;
			if (--waiting.places == 0) {
				this.connections.remove(connection);
			}
		}

	}

	/** What waits of a connection. */
	private static final class Waiting {

		private CompletableFuture<?> last = DONE;

		private int places;

		private long bytes;

	}

}

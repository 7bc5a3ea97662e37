/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.event.publishing;

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
 * The order in which application events are published. Events of a connection are
 * published one after another. An event of an instance is published after all earlier and
 * before all later events of the instance. Different connections do not wait for each
 * other. The waiting events are limited in bytes. Methods do not block and are safe for
 * use by several threads.
 */
final class EventOrder {

	/**
	 * Maximum size of waiting droppable events of one connection, in addition to the
	 * first one.
	 */
	static final long CONNECTION_BYTES = 1024 * 1024;

	private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

	private final Map<Instance, Line> lines = new ConcurrentHashMap<>();

	private final ByteBudget budget;

	/**
	 * Creates an order.
	 * @param budget maximum size of all waiting events
	 */
	EventOrder(ByteBudget budget) {
		this.budget = budget;
	}

	/**
	 * Takes the next place of an instance.
	 * @return the place, {@code null} if it would have to wait and the limit is reached
	 */
	@Nullable Place enter(Instance instance, long weight) {
		return take(instance, (line) -> {
			CompletableFuture<?> previous = line.everything();
			return acquire(previous, weight) ? line.enter(new Place(instance, null, previous, weight)) : null;
		});
	}

	/**
	 * Takes the next place of a connection.
	 * @return the place, {@code null} if it would have to wait and the limit is reached
	 */
	@Nullable Place enter(Instance instance, String connection, long weight) {
		return take(instance, (line) -> {
			CompletableFuture<?> previous = line.last(connection);
			return acquire(previous, weight) ? line.enter(new Place(instance, connection, previous, weight)) : null;
		});
	}

	/**
	 * Takes the next place of a connection for an event that may be dropped.
	 * @param connection id of the connection, empty for server code
	 * @return the place, {@code null} if the limit of the connection or the total limit
	 * is reached
	 */
	@Nullable Place tryEnter(Instance instance, String connection, long weight) {
		return take(instance, (line) -> {
			boolean free = line.hasRoom(connection, weight) && tryAcquire(weight);
			return free ? line.enter(new Place(instance, connection, line.last(connection), weight)) : null;
		});
	}

	/** An event that does not have to wait is always accepted. */
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
	 * Returns the number of instances with waiting or current events.
	 */
	int size() {
		return this.lines.size();
	}

	/**
	 * An instance, which has one order. Instances with equal name and key in several
	 * namespaces share one.
	 *
	 * @param actor name of the actor
	 * @param key key of the instance
	 */
	record Instance(String actor, ActorKey key) implements Comparable<Instance> {

		/** The order keeps maps fast even if clients choose keys with equal hashes. */
		@Override
		public int compareTo(Instance other) {
			int byActor = this.actor.compareTo(other.actor);
			return (byActor != 0) ? byActor : this.key.compareTo(other.key);
		}

	}

	/**
	 * The place of one event. {@link #run} must be called for each place, or later places
	 * wait forever.
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
		 * Returns whether all previous places are done.
		 */
		boolean isNext() {
			return this.previous.isDone();
		}

		/**
		 * Runs a task when all previous places are done, on this thread or on the thread
		 * of the previous event.
		 */
		void whenNext(Runnable task) {
			this.previous.thenRun(task);
		}

		/**
		 * Runs a task and leaves the place, even if the task fails. Further calls have no
		 * effect.
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

	/** The places of an instance; used under the lock of its map entry. */
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

	/** The places of a connection. */
	private static final class Waiting {

		private CompletableFuture<?> last = DONE;

		private int places;

		private long bytes;

	}

}

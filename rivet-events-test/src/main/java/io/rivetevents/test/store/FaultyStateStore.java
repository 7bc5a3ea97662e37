/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.Change;
import io.rivetevents.actor.state.DelegatingActorStateStore;
import io.rivetevents.actor.state.DueSchedule;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.actor.state.StoredEvent;
import io.rivetevents.actor.state.StoredSchedule;

/**
 * Store with faults on order, for tests of applications and stores: calls that fail,
 * wait, are stale, or are applied and then fail. Other calls are passed to another store.
 * Safe for use by several threads; a fault that is ordered while a call runs applies to
 * later calls.
 *
 * <pre>{@code
 * import io.rivetevents.actor.ActorAddress;
 * import io.rivetevents.actor.state.MemoryActorStateStore;
 * import io.rivetevents.test.store.FaultyStateStore;
 *
 * FaultyStateStore store = new FaultyStateStore(new MemoryActorStateStore());
 *
 * // the next two saves of any instance fail
 * store.onCommit().times(2).fail(new IllegalStateException("The disk is full"));
 *
 * // the next save of this instance waits
 * FaultyStateStore.Hold hold = store.onCommit().of(ActorAddress.of("ChatRoom", "general")).hold();
 * hold.awaitCall();
 * hold.release();
 *
 * // the database commits a save, and the connection is lost before it answers
 * store.onCommit().failAfterwards(new IllegalStateException("Connection lost"));
 *
 * store.clear();
 * }</pre>
 *
 * @since 0.1.0
 */
public final class FaultyStateStore extends DelegatingActorStateStore {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	/** In the order in which they were ordered; guarded by this list. */
	private final List<Fault> faults = new ArrayList<>();

	/** Guarded by {@link #faults}. */
	private final List<Hold> holds = new ArrayList<>();

	/** Calls that can have faults. */
	private enum Operation {

		LOAD, COMMIT, DELETE, EVENTS, ANSWER, SCHEDULES, DUE, POSTPONE, CONNECTIONS

	}

	/**
	 * A call to the store.
	 *
	 * @param operation its operation
	 * @param address address of the instance, {@code null} if the call has its id or none
	 * @param expectedVersion expected version, 0 if the call has none
	 */
	private record Call(Operation operation, @Nullable ActorAddress address, long expectedVersion) {

		static Call of(Operation operation) {
			return new Call(operation, null, 0);
		}

	}

	/** What happens before and after some calls. */
	private static final class Fault {

		private final Order order;

		private final Consumer<Call> before;

		private final Runnable after;

		private int left;

		Fault(Order order, Consumer<Call> before, Runnable after) {
			this.order = order;
			this.left = order.times;
			this.before = before;
			this.after = after;
		}

	}

	/**
	 * Creates a store without faults.
	 * @param delegate the store that receives the calls
	 */
	public FaultyStateStore(ActorStateStore delegate) {
		super(delegate);
	}

	/** Begins a fault of loads, by address or by id. */
	public Order onLoad() {
		return new Order(this, Operation.LOAD);
	}

	/** Begins a fault of changes: of {@link #save} and {@link #commit}. */
	public Order onCommit() {
		return new Order(this, Operation.COMMIT);
	}

	/** Begins a fault of deletions. */
	public Order onDelete() {
		return new Order(this, Operation.DELETE);
	}

	/** Begins a fault of loads of an instance's durable events. */
	public Order onEvents() {
		return new Order(this, Operation.EVENTS);
	}

	/** Begins a fault of loads of an answer to a call with an idempotency key. */
	public Order onAnswer() {
		return new Order(this, Operation.ANSWER);
	}

	/** Begins a fault of loads of an instance's schedules. */
	public Order onSchedules() {
		return new Order(this, Operation.SCHEDULES);
	}

	/** Begins a fault of searches for schedules that are to run. */
	public Order onDue() {
		return new Order(this, Operation.DUE);
	}

	/** Begins a fault of postponements of schedules. */
	public Order onPostpone() {
		return new Order(this, Operation.POSTPONE);
	}

	/** Begins a fault of loads of an instance's connections. */
	public Order onConnections() {
		return new Order(this, Operation.CONNECTIONS);
	}

	/** Removes all faults and releases all calls that wait. */
	public void clear() {
		synchronized (this.faults) {
			this.faults.clear();
			this.holds.forEach(Hold::release);
			this.holds.clear();
		}
	}

	/**
	 * Saves an instance as another node does when it loads the instance into its memory,
	 * and changes its state. The next save of the instance is stale. Has no faults.
	 * @param address address of the instance, which must be stored
	 * @param state its new state as JSON
	 */
	public void takeOver(ActorAddress address, byte @Nullable [] state) {
		StoredActor stored = delegate().load(address);
		Assert.state(stored != null, () -> "%s is not stored".formatted(address));
		delegate().save(stored.toBuilder()
			.version(stored.version() + 1)
			.generation(stored.generation() + 1)
			.state(state)
			.build(), stored.version());
	}

	@Override
	public @Nullable StoredActor load(ActorAddress address) {
		return call(new Call(Operation.LOAD, address, 0), () -> super.load(address));
	}

	@Override
	public @Nullable StoredActor loadById(String actorId) {
		return call(Call.of(Operation.LOAD), () -> super.loadById(actorId));
	}

	@Override
	public void commit(Change change) {
		run(new Call(Operation.COMMIT, change.actor().address(), change.expectedVersion()), () -> super.commit(change));
	}

	@Override
	public void delete(StoredActor actor) {
		run(new Call(Operation.DELETE, actor.address(), actor.version()), () -> super.delete(actor));
	}

	@Override
	public List<StoredEvent> events(String actorId, int limit) {
		return call(Call.of(Operation.EVENTS), () -> super.events(actorId, limit));
	}

	@Override
	public @Nullable StoredAnswer answer(String actorId, String key) {
		return call(Call.of(Operation.ANSWER), () -> super.answer(actorId, key));
	}

	@Override
	public List<StoredSchedule> schedules(String actorId) {
		return call(Call.of(Operation.SCHEDULES), () -> super.schedules(actorId));
	}

	@Override
	public List<DueSchedule> due(Instant until, @Nullable DueSchedule after, int limit) {
		return call(Call.of(Operation.DUE), () -> super.due(until, after, limit));
	}

	@Override
	public void postpone(DueSchedule due, Instant until) {
		run(Call.of(Operation.POSTPONE), () -> super.postpone(due, until));
	}

	@Override
	public List<StoredConnection> connections(String actorId) {
		return call(Call.of(Operation.CONNECTIONS), () -> super.connections(actorId));
	}

	private void run(Call call, Runnable work) {
		this.<@Nullable Void>call(call, () -> {
			work.run();
			return null;
		});
	}

	private <T extends @Nullable Object> T call(Call call, Supplier<T> work) {
		Fault fault = next(call);
		if (fault == null) {
			return work.get();
		}
		fault.before.accept(call);
		T result = work.get();
		fault.after.run();
		return result;
	}

	private @Nullable Fault next(Call call) {
		synchronized (this.faults) {
			for (Fault fault : this.faults) {
				if (fault.order.isFor(call)) {
					if (--fault.left == 0) {
						this.faults.remove(fault);
					}
					return fault;
				}
			}
			return null;
		}
	}

	private void add(Fault fault, @Nullable Hold hold) {
		synchronized (this.faults) {
			this.faults.add(fault);
			if (hold != null) {
				this.holds.add(hold);
			}
		}
	}

	/**
	 * A fault to be ordered: for which calls, and then what happens. Faults that are for
	 * the same calls happen in the order in which they were ordered. Not safe for use by
	 * several threads.
	 */
	public static final class Order {

		private final FaultyStateStore store;

		private final Operation operation;

		private @Nullable ActorAddress address;

		private int times = 1;

		private Order(FaultyStateStore store, Operation operation) {
			this.store = store;
			this.operation = operation;
		}

		private boolean isFor(Call call) {
			return this.operation == call.operation() && (this.address == null || this.address.equals(call.address()));
		}

		/**
		 * Limits the fault to one instance. Without it the fault is for all instances.
		 * Must not be used for calls about events, answers, schedules and connections,
		 * which have no address.
		 * @param address address of the instance
		 */
		public Order of(ActorAddress address) {
			Assert.state(this.operation.compareTo(Operation.EVENTS) < 0,
					"Calls about events, answers, schedules and connections have no address");
			this.address = address;
			return this;
		}

		/**
		 * Sets the number of calls that have the fault.
		 * @param times the number, at least 1, which is the default
		 */
		public Order times(int times) {
			Assert.isTrue(times > 0, "The number of calls must be positive");
			this.times = times;
			return this;
		}

		/** Orders the fault for all further calls. */
		public Order always() {
			return times(Integer.MAX_VALUE);
		}

		/**
		 * Orders that the calls fail and change nothing.
		 * @param failure the exception
		 */
		public void fail(RuntimeException failure) {
			order((call) -> {
				throw failure;
			}, () -> {
			});
		}

		/**
		 * Orders that the calls are applied and then fail, as after the loss of a
		 * connection. The caller cannot distinguish them from failed calls.
		 * @param failure the exception
		 */
		public void failAfterwards(RuntimeException failure) {
			order((call) -> {
			}, () -> {
				throw failure;
			});
		}

		/**
		 * Orders that the calls are stale and change nothing, as if another node had
		 * saved and deleted the instance in the meantime. For changes and deletions only.
		 */
		public void beStale() {
			Assert.state(this.operation == Operation.COMMIT || this.operation == Operation.DELETE,
					"Only changes and deletions can be stale");
			order((call) -> {
				ActorAddress address = call.address();
				Assert.state(address != null, "A call with a version has an address");
				throw new StaleStateException(address, call.expectedVersion());
			}, () -> {
			});
		}

		/**
		 * Orders that the calls wait until they are released.
		 * @return releases them
		 */
		public Hold hold() {
			Hold hold = new Hold();
			this.store.add(new Fault(this, (call) -> hold.enter(), () -> {
			}), hold);
			return hold;
		}

		private void order(Consumer<Call> before, Runnable after) {
			this.store.add(new Fault(this, before, after), null);
		}

	}

	/** Calls that wait. Safe for use by several threads. */
	public static final class Hold implements AutoCloseable {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch released = new CountDownLatch(1);

		private Hold() {
		}

		private void enter() {
			this.reached.countDown();
			try {
				this.released.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted while the call was held", ex);
			}
		}

		/**
		 * Blocks until a call waits or has waited.
		 * @throws IllegalStateException if there is none within a minute
		 */
		public void awaitCall() {
			try {
				Assert.state(this.reached.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), "The store was not called");
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("Interrupted while waiting for a call", ex);
			}
		}

		/** Lets the calls go on; further ones do not wait. */
		public void release() {
			this.released.countDown();
		}

		@Override
		public void close() {
			release();
		}

	}

}

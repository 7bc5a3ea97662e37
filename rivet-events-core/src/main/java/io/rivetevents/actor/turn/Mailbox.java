/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.call.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.SharedWork;
import io.rivetevents.scheduling.ActorWorkers;

/**
 * The queue of turns of one instance, which run one at a time in the order of their
 * arrival. An idle mailbox holds no thread. The first turn requests a worker thread
 * unless it can run on the current thread.
 *
 * @param <I> type of the instance
 */
public final class Mailbox<I> {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Mailbox.class));

	/**
	 * Turns run before the worker thread is released, so that instances share the
	 * workers.
	 */
	private static final int BATCH = 64;

	private static final int CLOSED = Integer.MIN_VALUE / 2;

	private final Queue<Turn<I>> queue = new ConcurrentLinkedQueue<>();

	/** Number of turns that wait or run; far below zero once closed. */
	private final AtomicInteger pending = new AtomicInteger();

	/**
	 * Number of these turns that are for clients. Turns of the runtime do not count
	 * against the capacity.
	 */
	private final AtomicInteger clients = new AtomicInteger();

	/**
	 * Whether the last turn was for a client; used only by the thread that runs turns.
	 * The turn itself is not kept, so that an idle instance does not retain its last call
	 * and answer.
	 */
	private boolean ofClient;

	/** The call of the current turn; other threads may see an older one. */
	private @Nullable PendingCall current;

	/**
	 * Context of the caller of the current turn, until the work after the turn is done.
	 */
	private CallContext context = CallContext.NONE;

	/** Whether the last work between two turns has failed. */
	private boolean stepFailed;

	private final int capacity;

	private final Scheduler workers;

	private final @Nullable ActorWorkers threads;

	private final WakeupBatches bursts;

	private final Owner<I> owner;

	/**
	 * The instance to which the turns belong. Its {@code toString} names the instance in
	 * logs.
	 *
	 * @param <I> type of the instance
	 */
	public interface Owner<I> {

		/**
		 * Begins the work of a turn; must not throw.
		 * @return the remaining work, {@code null} if the turn is over
		 */
		@Nullable Mono<Void> begin(Turn<I> turn);

		/**
		 * Runs an action when no method is running any more, which may be after the end
		 * of the work that called the method.
		 */
		void onceReturned(Runnable next);

		/**
		 * Returns work to do before the next turn, {@code null} for none. Called until it
		 * returns {@code null}. After a failure it is called again only after the next
		 * turn.
		 */
		@Nullable Mono<Void> afterTurn();

		/**
		 * Prepares the current thread for a series of turns.
		 * @return restores the thread
		 */
		default CallerScope.Restoration enterThread() {
			return CallerScope.Restoration.NOTHING;
		}

		/**
		 * Schedules or performs work that is due while no turn runs. Called when the last
		 * turn has ended and none waits, unless the mailbox is closed. The next turn may
		 * already have begun.
		 */
		default void lookAhead() {
		}

		/** Removes thread-bound data that a turn may have left, between two turns. */
		default void resetThread() {
		}

		/**
		 * Returns the name of the actor, which has a share of the workers; {@code null}
		 * if it has none.
		 */
		default @Nullable String actor() {
			return null;
		}

	}

	/** Outcome of offering a turn. */
	public enum Offer {

		ACCEPTED, FULL, CLOSED

	}

	/**
	 * Creates a mailbox.
	 * @param capacity maximum number of client turns that wait or run; further turns are
	 * rejected
	 * @param workers where turns run
	 * @param bursts batches the wake-ups of successive turns
	 * @param owner the instance to which the turns belong
	 */
	public Mailbox(int capacity, Scheduler workers, WakeupBatches bursts, Owner<I> owner) {
		this.capacity = capacity;
		this.workers = workers;
		this.threads = (workers instanceof ActorWorkers threads) ? threads : null;
		this.bursts = bursts;
		this.owner = owner;
	}

	public Offer offer(Turn<I> turn) {
		if (this.pending.get() < 0) {
			return Offer.CLOSED;
		}
		// counted before it is added, or two concurrent turns could both be the last
		if (turn.client() && this.clients.incrementAndGet() > this.capacity) {
			this.clients.decrementAndGet();
			return Offer.FULL;
		}
		while (true) {
			int before = this.pending.get();
			if (before < 0) {
				return Offer.CLOSED;
			}
			if (this.pending.compareAndSet(before, before + 1)) {
				if (before == 0 && !turn.blocking() && WakeupBatches.isYoung()) {
					this.bursts.run(() -> onThread(() -> runHere(turn)));
					return Offer.ACCEPTED;
				}
				this.queue.add(turn);
				if (before == 0) {
					onWorker(this::drain);
				}
				return Offer.ACCEPTED;
			}
		}
	}

	/**
	 * Rejects waiting calls that have timed out.
	 * @param now the time in nanoseconds
	 * @param waiting receives each call that still waits and may time out
	 */
	void expire(long now, Consumer<PendingCall> waiting) {
		for (Turn<I> turn : this.queue) {
			PendingCall call = turn.call();
			if (call != null && call.hasDeadline() && call.expire(now)) {
				waiting.accept(call);
			}
		}
	}

	/**
	 * Adds the turns that have waited for the previous instance of the address, before
	 * all others. They run after {@link #resumeTurns}. Called once, before other threads
	 * use the mailbox.
	 */
	public void takeOver(List<Turn<I>> turns) {
		this.clients.addAndGet((int) turns.stream().filter(Turn::client).count());
		this.pending.addAndGet(turns.size());
		this.queue.addAll(turns);
	}

	/** Begins to run the turns of {@link #takeOver}, of which there is at least one. */
	public void resumeTurns() {
		onWorker(this::drain);
	}

	/**
	 * Returns whether no turn waits or runs.
	 */
	public boolean isIdle() {
		return this.pending.get() == 0;
	}

	/** Returns how many turns wait or run. */
	public int depth() {
		return Math.max(this.pending.get(), 0);
	}

	/**
	 * Closes the mailbox. Must be called within a turn.
	 * @return the turns that were waiting, in order
	 */
	public List<Turn<I>> close() {
		int waiting = this.pending.getAndSet(CLOSED) - 1;
		List<Turn<I>> turns = new ArrayList<>(Math.max(waiting, 0));
		for (int i = 0; i < waiting; i++) {
			turns.add(take());
		}
		return turns;
	}

	/** Closes the mailbox if the calling turn is the only one. */
	public boolean closeIfAlone() {
		return this.pending.compareAndSet(1, CLOSED);
	}

	private void onWorker(Runnable work) {
		this.workers.schedule(new Work(work));
	}

	/** Returns the client and the actor of the current turn, or else of the next one. */
	private SharedWork.Beneficiary beneficiary() {
		PendingCall call = this.current;
		if (call == null) {
			Turn<I> next = this.queue.peek();
			call = (next != null) ? next.call() : null;
		}
		ClientUsage client = (call != null) ? call.usage() : null;
		return (client != null) ? new SharedWork.Beneficiary(client.owner(), client.address(), this.owner.actor())
				: new SharedWork.Beneficiary(null, null, this.owner.actor());
	}

	/**
	 * Runs turns of any callers on a thread that may have the context of one of them, or
	 * of another one.
	 */
	private void onThread(Runnable work) {
		try (CallContext.Scope scope = CallContext.NONE.enter();
				CallerScope.Restoration restoration = this.owner.enterThread()) {
			work.run();
		}
	}

	/**
	 * Runs a non-blocking turn on the thread that offered it. Remaining work and turns
	 * that have arrived in the meantime run on a worker thread. This includes turns that
	 * arrive faster than the thread can run them, which would otherwise occupy the thread
	 * without limit.
	 */
	private void runHere(Turn<I> turn) {
		begins(turn);
		Mono<Void> rest = this.owner.begin(turn);
		this.current = null;
		Mono<Void> left = (rest != null) ? rest : afterTurn();
		if (left != null) {
			onWorker(() -> {
				if (run(left, (rest != null) ? turn : null)) {
					resume();
				}
			});
		}
		else if (hasNext()) {
			onWorker(this::drain);
		}
	}

	/** Runs turns; at least one is counted and waits. */
	private void drain() {
		for (int i = 0; i < BATCH; i++) {
			this.owner.resetThread();
			Turn<I> turn = take();
			begins(turn);
			Mono<Void> rest = this.owner.begin(turn);
			boolean over = rest == null || run(rest, turn);
			if (!over) {
				return;
			}
			this.current = null;
			if (!runAfterTurn() || !hasNext()) {
				return;
			}
			if (asksForWorkers()) {
				break;
			}
		}
		onWorker(this::drain);
	}

	private void begins(Turn<I> turn) {
		this.ofClient = turn.client();
		this.current = turn.call();
		this.context = turn.context();
	}

	/** Returns whether the client of the next turn may have used up its share. */
	private boolean asksForWorkers() {
		return this.threads != null && this.threads.isScarce();
	}

	/** Continues after a turn that has ended on another thread. */
	private void resume() {
		if (!runAfterTurn() || !hasNext()) {
			return;
		}
		if (asksForWorkers()) {
			onWorker(this::drain);
		}
		else {
			drain();
		}
	}

	/** Runs the work between the last turn and the next. */
	private boolean runAfterTurn() {
		this.owner.resetThread();
		Mono<Void> work = nextStep();
		while (work != null) {
			if (!run(work, null)) {
				return false;
			}
			work = nextStep();
		}
		return true;
	}

	/**
	 * Work that has failed is not repeated immediately, because it would fail again
	 * endlessly.
	 */
	private @Nullable Mono<Void> nextStep() {
		if (this.stepFailed) {
			this.stepFailed = false;
			return null;
		}
		return afterTurn();
	}

	/** Failed work is repeated after the next turn. */
	private @Nullable Mono<Void> afterTurn() {
		try {
			return this.owner.afterTurn();
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "Work between two turns of %s failed; it is repeated after the next turn"
				.formatted(this.owner));
			return null;
		}
	}

	/** A turn that is counted but not yet queued will be queued in a moment. */
	private Turn<I> take() {
		while (true) {
			Turn<I> turn = this.queue.poll();
			if (turn != null) {
				return turn;
			}
			Thread.onSpinWait();
		}
	}

	/** Reactor has passed an error on, and the turn receives no further signal. */
	private static void abandon(@Nullable Turn<?> turn) {
		PendingCall call = (turn != null) ? turn.call() : null;
		if (call != null) {
			call.end();
		}
	}

	private boolean hasNext() {
		this.context = CallContext.NONE;
		if (this.ofClient) {
			this.clients.decrementAndGet();
		}
		if (this.pending.get() <= 0) {
			return false;
		}
		boolean more = this.pending.decrementAndGet() > 0;
		if (!more) {
			this.owner.lookAhead();
		}
		return more;
	}

	/**
	 * Runs work.
	 * @param turn turn of the work, {@code null} for work between two turns
	 * @return whether the work is over. If not, its end continues with the next turn
	 */
	private boolean run(Mono<Void> work, @Nullable Turn<I> turn) {
		boolean interleave = turn != null && turn.interleave();
		// A turn is over when its work has ended AND the method that it called has
		// returned, on this thread or on another: a timeout may end the work while a
		// method is still running.
		AtomicBoolean halfOver = new AtomicBoolean(interleave);
		Runnable onEnd = () -> {
			if (!interleave) {
				this.owner.onceReturned(() -> {
					if (!halfOver.compareAndSet(false, true)) {
						this.current = null; // only on this thread: the other has
												// returned
						onWorker(this::resume);
					}
				});
			}
		};
		AtomicBoolean told = new AtomicBoolean();
		try {
			this.context.around(work).subscribe(null, (failure) -> {
				failed(failure, turn);
				endOnce(told, onEnd);
			}, () -> endOnce(told, onEnd));
		}
		catch (Throwable ex) {
			failed(ex, turn);
			abandon(turn);
			endOnce(told, onEnd);
		}
		return !halfOver.compareAndSet(false, true);
	}

	private void failed(Throwable failure, @Nullable Turn<I> turn) {
		if (turn == null) {
			this.stepFailed = true;
		}
		failures.error(failure, () -> "Unhandled error in a turn of %s".formatted(this.owner));
	}

	private static void endOnce(AtomicBoolean told, Runnable onEnd) {
		if (told.compareAndSet(false, true)) {
			onEnd.run();
		}
	}

	/** Turns that run on a worker thread. */
	private final class Work implements SharedWork {

		private final Runnable turns;

		Work(Runnable turns) {
			this.turns = turns;
		}

		@Override
		public void run() {
			Mailbox.this.bursts.run(() -> onThread(this.turns));
		}

		@Override
		public Beneficiary beneficiary() {
			return Mailbox.this.beneficiary();
		}

	}

}

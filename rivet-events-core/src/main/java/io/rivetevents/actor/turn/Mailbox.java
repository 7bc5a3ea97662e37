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
import io.rivetevents.limit.PendingCall;
import io.rivetevents.observation.CallContext;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.CallerScope;
import io.rivetevents.scheduling.SharedWork;
import io.rivetevents.scheduling.ActorWorkers;

/**
 * The turns that wait for one instance, run one at a time in the order they came. It
 * holds no thread while there is nothing to do: the first turn that is put in asks the
 * workers for one, unless it can run where it comes from.
 *
 * @param <I> type of the instance
 */
public final class Mailbox<I> {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Mailbox.class));

	/** Turns run before a worker is given back, so that instances share the workers. */
	private static final int BATCH = 64;

	private static final int CLOSED = Integer.MIN_VALUE / 2;

	private final Queue<Turn<I>> queue = new ConcurrentLinkedQueue<>();

	/** Turns that wait or run; far below zero once closed. */
	private final AtomicInteger pending = new AtomicInteger();

	/** Turns of clients among them: those of the runtime take no room from clients. */
	private final AtomicInteger clients = new AtomicInteger();

	/**
	 * Whether the last turn that was taken is a client's; of the thread that runs turns.
	 * The turn itself is not kept: an idle instance would hold its last call and answer.
	 */
	private boolean ofClient;

	/** The call of the current turn; other threads may see an older one. */
	private @Nullable PendingCall current;

	/** What the caller of the current turn holds; until what follows it is over. */
	private CallContext context = CallContext.NONE;

	/** Whether what came last between two turns has failed. */
	private boolean stepFailed;

	private final int capacity;

	private final Scheduler workers;

	private final @Nullable ActorWorkers threads;

	private final WakeupBatches bursts;

	private final Owner<I> owner;

	/**
	 * Whose turns these are.
	 *
	 * @param <I> type of the instance
	 */
	public interface Owner<I> {

		/**
		 * Begin the work of a turn; it must not fail.
		 * @return what is left of it, {@code null} if it is over
		 */
		@Nullable Mono<Void> begin(Turn<I> turn);

		/**
		 * Do something once no method runs any more, which may be after the work that
		 * called it has ended.
		 */
		void onceReturned(Runnable next);

		/**
		 * Return what has to be done before the next turn, {@code null} for nothing.
		 * Asked until it says so, but not again before the next turn has ended once
		 * something of it has failed.
		 */
		@Nullable Mono<Void> afterTurn();

		/**
		 * Begins a stretch of turns on the current thread.
		 * @return ends it
		 */
		default CallerScope.Restoration enterThread() {
			return CallerScope.Restoration.NOTHING;
		}

		/**
		 * Sees to what is due while no turn runs: called when none waits or runs any
		 * more, unless the mailbox is closed. The next may have begun meanwhile.
		 */
		default void lookAhead() {
		}

		/** Removes what a turn may have left on the current thread, between two. */
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

	/** What became of a turn that was offered. */
	public enum Offer {

		ACCEPTED, FULL, CLOSED

	}

	/**
	 * Create a mailbox.
	 * @param capacity most turns of clients that wait or run; one more is refused
	 * @param workers where turns run
	 * @param bursts turns that follow each other are one
	 * @param owner whose turns they are
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
		// counted before it is put in, or two that come together could both be the last
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
	 * Refuses the calls that wait and have timed out.
	 * @param now the time in nanoseconds
	 * @param waiting takes each call that still waits and may time out
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
	 * Return whether no turn waits or runs.
	 */
	public boolean isIdle() {
		return this.pending.get() == 0;
	}

	/** Returns how many turns wait or run. */
	public int depth() {
		return Math.max(this.pending.get(), 0);
	}

	/**
	 * Take no more turns. To be called within a turn.
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

	/** Close if the turn that calls this is the only one. */
	public boolean closeIfAlone() {
		return this.pending.compareAndSet(1, CLOSED);
	}

	private void onWorker(Runnable work) {
		this.workers.schedule(new Work(work));
	}

	/** Returns the client and the actor of the current turn, or else of the next. */
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

	private void onThread(Runnable work) {
		try (CallerScope.Restoration restoration = this.owner.enterThread()) {
			work.run();
		}
	}

	/**
	 * Run a turn that does not block on the thread that has brought it. What it leaves to
	 * do, and the turns that have come meanwhile, are for a worker; so are turns that
	 * come faster than the thread gets on to other things, or they would not be bounded.
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

	/** Run turns; one is counted and waits. */
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

	/** Go on after a turn that has ended on another thread. */
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

	/** Run what belongs between the last turn and the next. */
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

	/** One that has failed would fail again at once, and for ever. */
	private @Nullable Mono<Void> nextStep() {
		if (this.stepFailed) {
			this.stepFailed = false;
			return null;
		}
		return afterTurn();
	}

	/** What fails there is tried again after the next turn. */
	private @Nullable Mono<Void> afterTurn() {
		try {
			return this.owner.afterTurn();
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "What belongs between two turns has failed");
			return null;
		}
	}

	/** A turn that was counted but not yet queued is there in a moment. */
	private Turn<I> take() {
		while (true) {
			Turn<I> turn = this.queue.poll();
			if (turn != null) {
				return turn;
			}
			Thread.onSpinWait();
		}
	}

	/** Reactor has let an error pass, and nothing of the turn comes any more. */
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
	 * Run some work.
	 * @param turn whose work it is, {@code null} for what comes between two
	 * @return whether it is over. If not, its end goes on with the next one
	 */
	private boolean run(Mono<Void> work, @Nullable Turn<I> turn) {
		boolean interleave = turn != null && turn.interleave();
		// A turn is over when its work has ended AND what it called has returned, be it
		// on
		// this thread or on another: a time-out may end the work while a method still
		// runs.
		AtomicBoolean halfOver = new AtomicBoolean(interleave);
		Runnable onEnd = () -> {
			if (!interleave) {
				this.owner.onceReturned(() -> {
					if (!halfOver.compareAndSet(false, true)) {
						this.current = null; // by this thread alone: the other has left
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
		failures.error(failure, () -> "A turn ended with an error that no caller was told of");
	}

	private static void endOnce(AtomicBoolean told, Runnable onEnd) {
		if (told.compareAndSet(false, true)) {
			onEnd.run();
		}
	}

	/** Turns for a worker. */
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

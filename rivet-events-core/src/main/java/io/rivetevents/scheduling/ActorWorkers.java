/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The worker threads of actors where virtual threads are not available. They share one
 * queue, which contains at most one task for each instance. While no thread blocks, at
 * most as many threads run as there are processors, because more threads would only
 * alternate and do less work in each batch. For each blocked thread another one runs, up
 * to the maximum. A thread that waits in Java (for a lock, a future, a timeout) is
 * detected immediately. A thread that waits in the operating system is detected after
 * some milliseconds, because the queue does not move.
 * <p>
 * No user, remote address or actor can occupy all threads with blocking work: see
 * {@link WorkerShares}. Work is not counted while half of the threads are sufficient.
 * <p>
 * Reasons for not using a thread pool, measured on OpenJDK 17 with one core and the same
 * number of threads, for each second of CPU: a fixed pool answered 25 to 40 percent fewer
 * calls, and a {@code ForkJoinPool} 17 to 20 percent fewer. With actions that only sleep,
 * both answered about 12 percent fewer calls a second, with up to 16 percent less CPU for
 * each. On OpenJDK 25 virtual threads answered 20 to 26 percent fewer calls, but 1.8
 * times as many that sleep. None of them has shares. The command {@code load/workers.py}
 * of {@code rivet-events-benchmarks} repeats the measurement.
 */
public final class ActorWorkers implements Scheduler, Wakeable {

	private static final Log logger = LogFactory.getLog(ActorWorkers.class);

	private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

	/** Maximum time of a batch, after which the collected wake-ups are sent. */
	private static final long STRETCH_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	/** Number of checks with an unchanged queue after which one more thread may run. */
	private static final int STALLS = 2;

	/** Time without a stall after which one thread fewer may run. */
	private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final int maxThreads;

	private final WakeupBatches bursts;

	private final StallChecks pulse;

	private final Scheduler scheduler = Schedulers.fromExecutor(this::execute);

	/**
	 * Class loader of the application, which threads that inherit nothing do not have.
	 */
	private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

	/** Guards the fields below. */
	private final Object lock = new Object();

	private final List<Worker> workers = new ArrayList<>();

	private final Deque<Worker> idle = new ArrayDeque<>();

	private final WorkerShares shares;

	/** Whether shares must be checked. */
	private volatile boolean scarce;

	/**
	 * Number of threads that may run beyond the processors because some wait in the
	 * operating system.
	 */
	private int extra;

	private long takenBefore;

	private int stalls;

	private long changedAt = System.nanoTime();

	private int created;

	private volatile boolean disposed;

	/**
	 * Creates the workers. Threads are started on demand.
	 * @param maxThreads maximum number of threads that run or block at the same time
	 * @param bursts batches their wake-ups
	 */
	public ActorWorkers(int maxThreads, WakeupBatches bursts) {
		this.maxThreads = maxThreads;
		this.shares = new WorkerShares(maxThreads);
		this.bursts = bursts;
		this.pulse = bursts.pulse();
		this.pulse.add(this::look);
	}

	/**
	 * Returns a scheduler whose work is charged to a beneficiary.
	 * @param workers the threads; returned unchanged if they have no shares
	 * @param beneficiary the beneficiary
	 */
	public static Scheduler share(Scheduler workers, SharedWork.Beneficiary beneficiary) {
		if (!(workers instanceof ActorWorkers threads)) {
			return workers;
		}
		return Schedulers.fromExecutor((task) -> threads.execute(new SharedWork.Fixed(task, beneficiary)));
	}

	@Override
	public Disposable schedule(Runnable task) {
		if (task instanceof SharedWork work) {
			Runnable decorated = Schedulers.onSchedule(task);
			execute((decorated == task) ? task : new SharedWork.Decorated(decorated, work));
			return Disposables.never();
		}
		return this.scheduler.schedule(task);
	}

	@Override
	public Scheduler.Worker createWorker() {
		return this.scheduler.createWorker();
	}

	void execute(Runnable task) {
		if (this.disposed) {
			throw new RejectedExecutionException(
					"The actor workers have been stopped because the application is shutting down");
		}
		this.tasks.add(task);
		if (Thread.currentThread() instanceof Worker worker && worker.isOf(this)) {
			// the thread may be about to wait for the new task
			start(nextWorker());
		}
		else {
			WakeupBatches.wakeAtEnd(this);
		}
	}

	@Override
	public void wake() {
		start(workerThatMayRun());
	}

	/**
	 * Called without the lock: a woken thread may take over the processor immediately and
	 * then wait for the lock.
	 */
	private static void start(@Nullable Worker worker) {
		if (worker != null) {
			worker.goOn();
		}
	}

	/**
	 * Returns the number of threads that run or block.
	 */
	public int busy() {
		synchronized (this.lock) {
			return this.workers.size() - this.idle.size();
		}
	}

	/**
	 * Returns the most threads.
	 */
	public int maxThreads() {
		return this.maxThreads;
	}

	/**
	 * Returns the number of tasks that wait for a thread, at most one for each instance.
	 * Takes time in proportion to it.
	 */
	public int waiting() {
		return this.tasks.size();
	}

	/**
	 * Returns whether a worker should request its next work before it continues with the
	 * work that it has, because other callers may take precedence.
	 */
	public boolean isScarce() {
		return this.scarce;
	}

	/** Must be called whenever a worker becomes idle or busy. */
	private void lookAtShares() {
		boolean now = !this.shares.isEmpty() || this.shares.isScarce(this.workers.size() - this.idle.size());
		if (this.scarce != now) {
			this.scarce = now;
		}
	}

	private boolean hasWork() {
		return !this.tasks.isEmpty() || (!this.shares.isEmpty() && this.shares.mayGoOn(atWork()));
	}

	private List<Runnable> atWork() {
		List<Runnable> work = new ArrayList<>(this.workers.size());
		for (Worker worker : this.workers) {
			Runnable task = worker.work();
			if (task != null) {
				work.add(task);
			}
		}
		return work;
	}

	private @Nullable Worker workerThatMayRun() {
		synchronized (this.lock) {
			if (!hasWork()) {
				return null;
			}
			if (running() < mayRun()) {
				return nextWorker();
			}
			this.pulse.begin();
			return null;
		}
	}

	private int mayRun() {
		return Math.min(PROCESSORS, this.maxThreads) + this.extra;
	}

	/** Without waiting threads. */
	private int running() {
		int busy = this.workers.size() - this.idle.size();
		if (busy < mayRun()) {
			return busy;
		}
		for (Worker worker : this.workers) {
			busy -= worker.isWaiting() ? 1 : 0;
		}
		return busy;
	}

	/** Returns a worker to start, {@code null} if the maximum is reached. */
	private @Nullable Worker nextWorker() {
		synchronized (this.lock) {
			Worker worker = this.idle.pollLast();
			if (worker == null && this.workers.size() < this.maxThreads) {
				worker = new Worker(this, ++this.created);
				this.workers.add(worker);
			}
			if (worker != null) {
				worker.started = true;
				lookAtShares();
			}
			return worker;
		}
	}

	/**
	 * Checks whether the work makes progress, and allows one more thread if it does not.
	 */
	private boolean look() {
		synchronized (this.lock) {
			long taken = this.workers.stream().mapToLong((worker) -> worker.taken).sum();
			boolean stalled = taken == this.takenBefore && !this.tasks.isEmpty();
			this.takenBefore = taken;
			this.stalls = stalled ? this.stalls + 1 : 0;
			long now = System.nanoTime();
			if (this.stalls >= STALLS) {
				this.stalls = 0;
				this.changedAt = now;
				this.extra = Math.min(this.extra + 1, this.maxThreads);
			}
			else if (this.extra > 0 && now - this.changedAt > CALM_NANOS) {
				this.changedAt = now;
				this.extra--;
			}
		}
		wake();
		return !this.disposed && isBehind();
	}

	private boolean isBehind() {
		synchronized (this.lock) {
			return hasWork();
		}
	}

	/** Runs a batch of tasks. */
	private void runSome(Worker worker) {
		long start = System.nanoTime();
		Runnable task = next(worker);
		if (task != null && !this.tasks.isEmpty()) {
			wake(); // there is work for another worker, too
		}
		while (task != null) {
			try {
				task.run();
			}
			catch (Throwable ex) {
				logger.error("Unhandled error in a worker task; the worker thread continues", ex);
			}
			worker.end();
			task = (System.nanoTime() - start < STRETCH_NANOS) ? next(worker) : null;
		}
	}

	private @Nullable Runnable next(Worker worker) {
		if (this.scarce) {
			return nextByShares(worker, null);
		}
		Runnable task = this.tasks.poll();
		if (task != null) {
			worker.begin(task);
			if (this.scarce && task instanceof SharedWork work) {
				// workers became scarce meanwhile, and the task has not been counted
				worker.end();
				return nextByShares(worker, work);
			}
		}
		return task;
	}

	/**
	 * Takes the next task that the shares allow.
	 * @param first a task that the worker has taken already, {@code null} for none
	 */
	private @Nullable Runnable nextByShares(Worker worker, @Nullable SharedWork first) {
		Worker another;
		Runnable task;
		synchronized (this.lock) {
			task = (first != null) ? this.shares.takeAfter(first, atWork(), this.tasks)
					: this.shares.take(atWork(), this.tasks);
			if (task != null) {
				worker.begin(task);
			}
			lookAtShares();
			another = workerThatMayRun(); // the end of one task may allow several others
		}
		start(another);
		return task;
	}

	/** Returns whether a worker continues; otherwise it is idle from now on. */
	private boolean goesOn(Worker worker) {
		synchronized (this.lock) {
			boolean more = hasWork();
			if (more && running() <= mayRun()) {
				return true;
			}
			if (more) {
				this.pulse.begin(); // running tasks may turn out to wait for this work
			}
			worker.started = false;
			this.idle.add(worker);
			lookAtShares();
			return false;
		}
	}

	/**
	 * Removes an idle worker that has not been given work.
	 * @return whether the worker may end
	 */
	private boolean leaves(Worker worker) {
		synchronized (this.lock) {
			return this.idle.remove(worker) && this.workers.remove(worker);
		}
	}

	@Override
	public void dispose() {
		this.disposed = true;
		this.scheduler.dispose();
		synchronized (this.lock) {
			this.idle.forEach(LockSupport::unpark);
		}
	}

	@Override
	public boolean isDisposed() {
		return this.disposed;
	}

	/** One of the worker threads. */
	private static final class Worker extends Thread {

		private final ActorWorkers owner;

		/**
		 * Number of tasks that it has begun; other threads may read a slightly older
		 * value.
		 */
		private volatile long taken;

		/** Its current task; written before {@link #taken} and read after it. */
		private @Nullable Runnable work;

		/** Set by the thread that starts it. */
		private volatile boolean started;

		private volatile boolean running;

		Worker(ActorWorkers owner, int number) {
			super(null, null, "rivet-worker-" + number, 0, false); // inherits nothing
			setDaemon(true);
			setContextClassLoader(owner.classLoader);
			this.owner = owner;
		}

		boolean isOf(ActorWorkers workers) {
			return this.owner == workers;
		}

		void begin(Runnable work) {
			this.work = work;
			this.taken = this.taken + 1;
		}

		/**
		 * Other threads see the change slightly later: when the next task begins or the
		 * worker becomes idle.
		 */
		void end() {
			this.work = null;
		}

		/** Returns its current task, {@code null} for none. */
		@Nullable Runnable work() {
			return (this.taken > 0) ? this.work : null;
		}

		/** Whether its task waits. */
		boolean isWaiting() {
			return this.running && getState() != State.RUNNABLE;
		}

		@Override
		public void run() {
			do {
				this.running = true;
				this.owner.bursts.run(() -> this.owner.runSome(this));
				this.running = false;
			}
			while (this.owner.goesOn(this) || awaitStart());
		}

		void goOn() {
			if (getState() == State.NEW) {
				start();
			}
			else {
				LockSupport.unpark(this);
			}
		}

		private boolean awaitStart() {
			long since = System.nanoTime();
			while (!this.started) {
				if (!this.owner.disposed) {
					LockSupport.parkNanos(this, IDLE_NANOS);
				}
				Thread.interrupted(); // otherwise it would not park again
				boolean over = this.owner.disposed || System.nanoTime() - since >= IDLE_NANOS;
				if (over && this.owner.leaves(this)) {
					return false;
				}
			}
			return true;
		}

	}

}

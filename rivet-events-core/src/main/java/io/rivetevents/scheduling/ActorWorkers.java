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
 * The threads on which actors run where there are no virtual ones. They share one queue,
 * which holds at most one task for each instance. As long as none of them blocks, no more
 * of them run than there are processors: more would only take turns, each with less to do
 * at a stretch. For each that blocks another one runs, up to their number. One that waits
 * in Java (for a lock, a future, a time) is seen at once; of one that waits in the
 * operating system it shows by the queue, which does not move for some milliseconds.
 * <p>
 * Of work that blocks, neither a user nor a remote address nor an actor gets all threads:
 * see {@link WorkerShares}. As long as half of the threads are enough for what there is
 * to do, nothing is counted.
 * <p>
 * Why not a pool: on OpenJDK 17 and one core, with as many threads and for each second of
 * CPU, a fixed pool answered 25 to 40 percent fewer calls, and a {@code ForkJoinPool} 17
 * to 20 percent fewer. Of actions that only sleep, both answered about 12 percent fewer a
 * second, with up to 16 percent less CPU for each. On OpenJDK 25 virtual threads answered
 * 20 to 26 percent fewer calls, but 1.8 times as many that sleep. None of them has
 * shares. The command {@code load/workers.py} of {@code rivet-events-benchmarks} measures
 * it again.
 */
public final class ActorWorkers implements Scheduler, Wakeable {

	private static final Log logger = LogFactory.getLog(ActorWorkers.class);

	private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

	/** Time after which others are told what there is to do for them. */
	private static final long STRETCH_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	/** Looks at a queue that does not move until one more thread may run. */
	private static final int STALLS = 2;

	/** Time without a stall after which one thread less may run. */
	private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(60);

	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

	private final int maxThreads;

	private final WakeupBatches bursts;

	private final StallChecks pulse;

	private final Scheduler scheduler = Schedulers.fromExecutor(this::execute);

	/** The application's, which a thread that inherits nothing does not have. */
	private final @Nullable ClassLoader classLoader = Thread.currentThread().getContextClassLoader();

	/** Guards what follows. */
	private final Object lock = new Object();

	private final List<Worker> workers = new ArrayList<>();

	private final Deque<Worker> idle = new ArrayDeque<>();

	private final WorkerShares shares;

	/** Whether shares have to be looked at. */
	private volatile boolean scarce;

	/** How many may run beyond the processors, since some wait in the system. */
	private int extra;

	private long takenBefore;

	private int stalls;

	private long changedAt = System.nanoTime();

	private int created;

	private volatile boolean disposed;

	/**
	 * Create workers; none is started before there is something to do.
	 * @param maxThreads most threads that run or block at the same time
	 * @param bursts what they do at a stretch
	 */
	public ActorWorkers(int maxThreads, WakeupBatches bursts) {
		this.maxThreads = maxThreads;
		this.shares = new WorkerShares(maxThreads);
		this.bursts = bursts;
		this.pulse = bursts.pulse();
		this.pulse.add(this::look);
	}

	/**
	 * Returns a scheduler whose work counts for a beneficiary.
	 * @param workers the threads; returned unchanged if they have no shares
	 * @param beneficiary what the work counts for
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
			throw new RejectedExecutionException("The workers have been disposed");
		}
		this.tasks.add(task);
		if (Thread.currentThread() instanceof Worker worker && worker.isOf(this)) {
			// it may be about to wait for what it has asked for
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
	 * Without the lock: whoever is woken may take the processor away at once, and would
	 * wait for it in the end.
	 */
	private static void start(@Nullable Worker worker) {
		if (worker != null) {
			worker.goOn();
		}
	}

	/**
	 * Returns whether a worker should ask for its next work before it goes on with more
	 * of what it has, since that may be for somebody else.
	 */
	public boolean isScarce() {
		return this.scarce;
	}

	/** To be called whenever a worker begins or ceases to be idle. */
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

	/** Without those that wait for something. */
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

	/** Return a worker to be started, {@code null} if there is none left. */
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

	/** There may be more to do than may run: see to it that it gets on. */
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

	/** Run tasks at a stretch. */
	private void runSome(Worker worker) {
		long start = System.nanoTime();
		Runnable task = next(worker);
		if (task != null && !this.tasks.isEmpty()) {
			wake(); // there is something for another one, too
		}
		while (task != null) {
			try {
				task.run();
			}
			catch (Throwable ex) {
				logger.error("A worker goes on after a failure", ex);
			}
			worker.end();
			task = (System.nanoTime() - start < STRETCH_NANOS) ? next(worker) : null;
		}
	}

	private @Nullable Runnable next(Worker worker) {
		if (this.scarce) {
			return nextByShares(worker);
		}
		Runnable task = this.tasks.poll();
		if (task != null) {
			worker.begin(task);
		}
		return task;
	}

	private @Nullable Runnable nextByShares(Worker worker) {
		Worker another;
		Runnable task;
		synchronized (this.lock) {
			task = this.shares.take(atWork(), this.tasks);
			if (task != null) {
				worker.begin(task);
			}
			lookAtShares();
			another = workerThatMayRun(); // the end of one task may make room for several
		}
		start(another);
		return task;
	}

	/** Return whether a worker is to go on; if not, it is idle from now on. */
	private boolean goesOn(Worker worker) {
		synchronized (this.lock) {
			boolean more = hasWork();
			if (more && running() <= mayRun()) {
				return true;
			}
			if (more) {
				this.pulse.begin(); // what the others are at may turn out to wait for it
			}
			worker.started = false;
			this.idle.add(worker);
			lookAtShares();
			return false;
		}
	}

	/** Return whether a worker may end, which nobody has given anything to do. */
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

	/** One of the threads. */
	private static final class Worker extends Thread {

		private final ActorWorkers owner;

		/** How many tasks it has begun; others see it a moment late. */
		private volatile long taken;

		/** What it is at; written before {@link #taken} and read after it. */
		private @Nullable Runnable work;

		/** Set by who gives it something to do. */
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

		/** Others see it a moment late: when it begins or rests. */
		void end() {
			this.work = null;
		}

		/** Returns what it is at, {@code null} for nothing. */
		@Nullable Runnable work() {
			return (this.taken > 0) ? this.work : null;
		}

		/** Whether what it does has to wait for something. */
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
				Thread.interrupted(); // or it would not park again
				boolean over = this.owner.disposed || System.nanoTime() - since >= IDLE_NANOS;
				if (over && this.owner.leaves(this)) {
					return false;
				}
			}
			return true;
		}

	}

}

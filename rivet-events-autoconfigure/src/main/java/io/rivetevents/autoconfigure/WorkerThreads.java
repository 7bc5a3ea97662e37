package io.rivetevents.autoconfigure;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The threads on which actions run where there are no virtual ones. They share one queue:
 * Reactor's bounded elastic scheduler gives each of its threads a queue of its own, in
 * which an action would wait behind one that blocks while other threads are free. The
 * queue holds at most one task for each instance.
 */
final class WorkerThreads {

	private static final int IDLE_SECONDS = 60;

	private WorkerThreads() {
	}

	static Scheduler scheduler(int threads) {
		CustomizableThreadFactory factory = new CustomizableThreadFactory("rivet-worker-");
		factory.setDaemon(true);
		ThreadPoolExecutor executor = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), factory);
		executor.allowCoreThreadTimeOut(true);
		return Schedulers.fromExecutorService(executor, "rivet-worker");
	}

}

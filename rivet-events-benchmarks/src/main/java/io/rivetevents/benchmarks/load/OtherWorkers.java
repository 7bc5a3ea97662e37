/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.load;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadFactory;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.autoconfigure.RivetEventsProperties;

/**
 * Runs actors on other threads than those of rivet-events, for comparison: {@code
 * fixed} is a fixed pool, {@code fork-join} a {@link ForkJoinPool} that runs tasks in
 * their order. Both have as many threads as the replaced workers may have.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("load.workers")
class OtherWorkers {

	@Bean(destroyMethod = "dispose", defaultCandidate = false)
	@ConditionalOnProperty(name = "load.workers", havingValue = "fixed")
	Scheduler rivetActorWorkers(RivetEventsProperties properties) {
		ThreadFactory threads = (task) -> {
			Thread thread = new Thread(task, "fixed");
			thread.setDaemon(true);
			return thread;
		};
		return schedulerOf(Executors.newFixedThreadPool(properties.actor().workerThreads(), threads));
	}

	/**
	 * Does not use {@link Schedulers#fromExecutorService}, which has more overhead for
	 * each task.
	 */
	private static Scheduler schedulerOf(ExecutorService threads) {
		return Schedulers.fromExecutor(threads);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty(name = "load.workers", havingValue = "fork-join")
	static class ForkJoin {

		@Bean(destroyMethod = "dispose", defaultCandidate = false)
		Scheduler rivetActorWorkers(RivetEventsProperties properties) {
			return schedulerOf(new ForkJoinPool(properties.actor().workerThreads(),
					ForkJoinPool.defaultForkJoinWorkerThreadFactory, null, true));
		}

	}

}

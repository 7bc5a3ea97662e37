/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.actor.call.ActorSettings;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.invocation.ActorHarness;
import io.rivetevents.outbound.Outbound;

import static org.assertj.core.api.Assertions.assertThat;

/** The last step: connections to actors on other nodes. */
class NodeShutdownTests {

	private final ActorHarness harness = new ActorHarness(ActorSettings.DEFAULTS);

	private final OutboundRegistry connections = new OutboundRegistry();

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final ConnectRequest client = ConnectRequest.stateful(null, Identity.ANONYMOUS);

	@AfterEach
	void close() {
		this.timers.dispose();
		this.harness.close();
	}

	/** Starts a shutdown and returns once it waits for the end of the connection. */
	private CompletableFuture<Void> shutDown(Duration timeout) {
		return shutDown(timeout, this.timers);
	}

	private CompletableFuture<Void> shutDown(Duration timeout, Scheduler timers) {
		this.connections.register(this.client, Outbound.NONE);
		CompletableFuture<Void> end = new NodeShutdown(this.harness.node(), this.connections, timers, timeout,
				Duration.ZERO)
			.run()
			.toFuture();
		// the limit of the shutdown was the first task; the check and the limit of the
		// wait follow
		Awaitility.await().until(() -> this.timers.getScheduledTaskCount() == 3);
		return end;
	}

	@Test
	void waitsForTheReportOfTheEndOfEachConnection() {
		CompletableFuture<Void> end = shutDown(Duration.ofSeconds(30));
		this.timers.advanceTimeBy(Duration.ofMillis(500));
		assertThat(end).isNotDone();
		this.connections.remove(this.client.connectionId(), () -> {
			this.timers.advanceTimeBy(Duration.ofMillis(100));
			assertThat(end).isNotDone();
		});
		this.timers.advanceTimeBy(Duration.ofMillis(100));
		assertThat(end).isCompleted();
	}

	@Test
	void doesNotWaitWithoutConnections() {
		new NodeShutdown(this.harness.node(), this.connections, this.timers, Duration.ofSeconds(30), Duration.ZERO)
			.run()
			.block(Duration.ofSeconds(5));
	}

	@Test
	void waitsOneSecondForAClientThatDoesNotRead() {
		CompletableFuture<Void> end = shutDown(Duration.ofSeconds(30));
		this.timers.advanceTimeBy(Duration.ofMillis(999));
		assertThat(end).isNotDone();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(end).isCompleted();
	}

	@Test
	void doesNotWaitBeyondItsTimeout() {
		CompletableFuture<Void> end = shutDown(Duration.ofMillis(300));
		this.timers.advanceTimeBy(Duration.ofMillis(300));
		assertThat(end).isCompleted();
	}

	@Test
	void waitsWhenTheClockOfTheMachineIsSetForward() {
		CompletableFuture<Void> end = shutDown(Duration.ofSeconds(30), new JumpingTimers(this.timers));
		assertThat(end).isNotDone();
		this.timers.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(end).isCompleted();
	}

	/**
	 * Timers as those of Reactor, whose milliseconds are the time of the machine, which
	 * is set forward by an hour each time that it is read.
	 */
	private static final class JumpingTimers implements Scheduler {

		private final Scheduler timers;

		private int hours;

		JumpingTimers(Scheduler timers) {
			this.timers = timers;
		}

		@Override
		public long now(TimeUnit unit) {
			return this.timers.now(unit)
					+ ((unit == TimeUnit.MILLISECONDS) ? TimeUnit.HOURS.toMillis(this.hours++) : 0);
		}

		@Override
		public Disposable schedule(Runnable task) {
			return this.timers.schedule(task);
		}

		@Override
		public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			return this.timers.schedule(task, delay, unit);
		}

		@Override
		public Disposable schedulePeriodically(Runnable task, long initialDelay, long period, TimeUnit unit) {
			return this.timers.schedulePeriodically(task, initialDelay, period, unit);
		}

		@Override
		public Worker createWorker() {
			return this.timers.createWorker();
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
		this.connections.register(this.client, Outbound.NONE);
		CompletableFuture<Void> end = new NodeShutdown(this.harness.node(), this.connections, this.timers, timeout,
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

}

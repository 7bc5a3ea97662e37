/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CountedWorkers}.
 */
class CountedWorkersTests {

	private final CountedWorkers workers = new CountedWorkers();

	@AfterEach
	void close() {
		this.workers.close();
	}

	@Test
	void isNotDoneIfATaskHasRunWhileOthersWereAsked() {
		assertThat(this.workers.atWork(this::runATask)).containsExactly("a task that has just ended");
		assertThat(this.workers.atWork(List::of)).isEmpty();
	}

	/** As a task that begins a turn after the turns were listed. */
	private List<String> runATask() {
		this.workers.scheduler().schedule(() -> {
		});
		this.workers.settle();
		return List.of();
	}

	@Test
	void listsWhatOthersAndTasksAreAt() {
		CountDownLatch latch = new CountDownLatch(1);
		this.workers.scheduler().schedule(() -> await(latch));
		this.workers.settle();
		assertThat(this.workers.atWork(() -> List.of("a turn"))).hasSize(2)
			.anySatisfy((task) -> assertThat(task).contains("CountedWorkersTests.await"))
			.contains("a turn");
		latch.countDown();
		this.workers.settle();
		assertThat(this.workers.atWork(List::of)).isEmpty();
	}

	@Test
	void abandonsTheTasksOfOneProcessAlone() {
		CountedWorkers.Group process = this.workers.group();
		CountDownLatch latch = new CountDownLatch(1);
		process.scheduler().schedule(() -> await(latch));
		this.workers.scheduler().schedule(() -> await(latch));
		this.workers.settle();
		assertThat(this.workers.atWork(List::of)).hasSize(2);
		process.abandon();
		assertThat(this.workers.atWork(List::of)).hasSize(1);
		latch.countDown();
		this.workers.settle();
		assertThat(this.workers.atWork(List::of)).isEmpty();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Counts how often an instance moves to another node, as one node sees it.
 */
final class OwnerWatch implements AutoCloseable {

	private static final long INTERVAL = 100;

	private final CalledActor actor;

	private final ClusterProcess node;

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile int moves;

	OwnerWatch(CalledActor actor, ClusterProcess node) {
		this.actor = actor;
		this.node = node;
		Thread thread = new Thread(this::run, "watch");
		thread.setDaemon(true);
		thread.start();
	}

	private void run() {
		String owner = null;
		try {
			while (!this.ended.await(INTERVAL, TimeUnit.MILLISECONDS) && this.node.isAlive()) {
				owner = next(owner);
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private @Nullable String next(@Nullable String owner) {
		ClusterProcess.Answer answer = this.node.get("/owner/%s/%s".formatted(this.actor.actor(), this.actor.key()));
		if (!answer.isOk()) {
			return owner;
		}
		if (owner != null && !owner.equals(answer.body())) {
			this.moves++;
		}
		return answer.body();
	}

	int moves() {
		return this.moves;
	}

	@Override
	public void close() {
		this.ended.countDown();
	}

}

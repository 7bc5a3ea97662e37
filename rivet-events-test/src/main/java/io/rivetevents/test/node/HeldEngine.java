/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.ArrayDeque;
import java.util.Queue;

import org.jspecify.annotations.Nullable;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;

/**
 * An engine whose views and frames can be held back for a while. They are passed on in
 * their order, by one thread at a time. Safe for use by several threads.
 */
final class HeldEngine implements ClusterEngine {

	private final ClusterEngine engine;

	/** What arrives while it is held. Guards itself and the field below. */
	private final Queue<Runnable> waiting = new ArrayDeque<>();

	private boolean held;

	HeldEngine(ClusterEngine engine) {
		this.engine = engine;
	}

	/** Holds back what arrives from now on. */
	void hold() {
		synchronized (this.waiting) {
			this.held = true;
		}
	}

	/** Passes on what has arrived, and what arrives meanwhile and from now on. */
	void release() {
		for (Runnable next = next(); next != null; next = next()) {
			next.run();
		}
	}

	private @Nullable Runnable next() {
		synchronized (this.waiting) {
			Runnable next = this.waiting.poll();
			this.held = next != null;
			return next;
		}
	}

	private void pass(Runnable task) {
		synchronized (this.waiting) {
			if (this.held) {
				this.waiting.add(task);
				return;
			}
		}
		task.run();
	}

	@Override
	public void start(ClusterListener listener) {
		this.engine.start(new ClusterListener() {

			@Override
			public void viewChanged(ClusterView view) {
				pass(() -> listener.viewChanged(view));
			}

			@Override
			public void received(String node, byte[] frame) {
				pass(() -> listener.received(node, frame));
			}

		});
	}

	@Override
	public void stop() {
		this.engine.stop();
	}

	@Override
	public void send(String node, byte[] frame) {
		this.engine.send(node, frame);
	}

}

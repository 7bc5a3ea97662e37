/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.scheduling.WakeupBatches;

/**
 * Handles each message of another node as one burst of work: the event loops and threads
 * that get work from its frames are woken when all of them are handled. Otherwise an
 * event loop would write an event to each client before it receives the next one.
 */
public final class BurstEngine implements ClusterEngine {

	private final ClusterEngine engine;

	private final WakeupBatches bursts;

	/**
	 * Creates an engine.
	 * @param engine connects the nodes
	 * @param bursts batches the wake-ups
	 */
	public BurstEngine(ClusterEngine engine, WakeupBatches bursts) {
		this.engine = engine;
		this.bursts = bursts;
	}

	@Override
	public void start(ClusterListener listener) {
		this.engine.start(new ClusterListener() {

			@Override
			public void viewChanged(ClusterView view) {
				listener.viewChanged(view);
			}

			@Override
			public void received(String node, byte[] frame) {
				BurstEngine.this.bursts.run(() -> listener.received(node, frame));
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

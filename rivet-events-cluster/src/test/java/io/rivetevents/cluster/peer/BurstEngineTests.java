/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

class BurstEngineTests {

	private final List<String> log = new ArrayList<>();

	@Test
	void wakesOthersWhenAMessageIsHandled() {
		ClusterEngine engine = new BurstEngine(new TwoMessages(), new WakeupBatches(Schedulers.parallel()));
		engine.start(new ClusterListener() {

			@Override
			public void viewChanged(ClusterView view) {
				BurstEngineTests.this.log.add("view");
			}

			@Override
			public void received(String node, byte[] frame) {
				WakeupBatches.wakeAtEnd(() -> BurstEngineTests.this.log.add("wake"));
				BurstEngineTests.this.log.add("%s %d".formatted(node, frame[0]));
			}

		});
		engine.send("c", new byte[] { 3 });
		engine.stop();
		assertThat(this.log).containsExactly("view", "b 1", "wake", "b 2", "wake", "send c 3", "stop");
	}

	/** Receives a view and two messages when it starts. */
	private final class TwoMessages implements ClusterEngine {

		@Override
		public void start(ClusterListener listener) {
			listener.viewChanged(new ClusterView(1, List.of("a", "b"), Set.of()));
			listener.received("b", new byte[] { 1 });
			listener.received("b", new byte[] { 2 });
		}

		@Override
		public void stop() {
			BurstEngineTests.this.log.add("stop");
		}

		@Override
		public void send(String node, byte[] frame) {
			BurstEngineTests.this.log.add("send %s %d".formatted(node, frame[0]));
		}

	}

}

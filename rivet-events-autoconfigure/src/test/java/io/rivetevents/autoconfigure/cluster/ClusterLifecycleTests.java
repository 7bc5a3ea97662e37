/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ClusterLifecycle}.
 */
class ClusterLifecycleTests {

	private final List<String> steps = new ArrayList<>();

	@Test
	void handsOverBeforeTheInstancesStopAndLeavesAfterwards() {
		GenericApplicationContext context = new GenericApplicationContext();
		context.registerBean("node", Instances.class, () -> new Instances(this.steps));
		context.registerBean("cluster", ClusterLifecycle.class, () -> lifecycle(context));
		context.refresh();
		GenericApplicationContext child = new GenericApplicationContext(context);
		child.refresh();
		child.close();
		assertThat(this.steps).containsExactly("join", "start");
		context.close();
		assertThat(this.steps).containsExactly("join", "start", "hand over", "stop", "leave");
	}

	private ClusterLifecycle lifecycle(GenericApplicationContext context) {
		return new ClusterLifecycle(context, () -> this.steps.add("join"), () -> this.steps.add("hand over"),
				() -> this.steps.add("leave"));
	}

	/**
	 * The instances of a node, in the same phase as that of the module.
	 *
	 * @param steps receives what happens
	 */
	private record Instances(List<String> steps) implements SmartLifecycle {

		@Override
		public void start() {
			this.steps.add("start");
		}

		@Override
		public void stop() {
			this.steps.add("stop");
		}

		@Override
		public boolean isRunning() {
			return this.steps.contains("start") && !this.steps.contains("stop");
		}

	}

}

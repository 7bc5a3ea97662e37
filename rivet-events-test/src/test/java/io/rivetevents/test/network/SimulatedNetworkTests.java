/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import io.rivetevents.cluster.engine.ClusterEngine;
import io.rivetevents.cluster.engine.ClusterListener;
import io.rivetevents.cluster.engine.ClusterView;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link SimulatedNetwork}, which other tests rely on.
 */
class SimulatedNetworkTests {

	private final Map<String, ClusterEngine> engines = new LinkedHashMap<>();

	private final List<String> log = new ArrayList<>();

	private final Map<String, List<String>> views = new LinkedHashMap<>();

	@Test
	void deliversAtOnceInTheImmediateMode() {
		SimulatedNetwork network = SimulatedNetwork.immediate();
		start(network, "a", "b");
		this.engines.get("a").send("b", new byte[] { 7 });
		assertThat(this.views.get("a")).isEqualTo(List.of("a", "b"));
		assertThat(this.views.get("b")).isEqualTo(List.of("a", "b"));
		assertThat(this.log).containsExactly("a>b 7");
	}

	@Test
	void runsTasksAtOnceInTheImmediateMode() {
		SimulatedNetwork network = SimulatedNetwork.immediate();
		start(network, "a");
		Executor executor = network.executor("a");
		executor.execute(() -> {
			executor.execute(() -> this.log.add("second"));
			this.log.add("first");
		});
		assertThat(this.log).containsExactly("first", "second");
	}

	@Test
	void joinsAllNodes() {
		for (long seed = 0; seed < 100; seed++) {
			SimulatedNetwork network = SimulatedNetwork.seeded(seed);
			start(network, "a", "b", "c");
			network.run();
			assertThat(this.views.values()).containsOnly(List.of("a", "b", "c"));
			clear();
		}
	}

	@Test
	void deliversInOrderAndAllWhileTheViewsAreTheSame() {
		for (long seed = 0; seed < 100; seed++) {
			SimulatedNetwork network = SimulatedNetwork.seeded(seed);
			start(network, "a", "b");
			network.run();
			IntStream.range(0, 20).forEach((i) -> this.engines.get("a").send("b", new byte[] { (byte) i }));
			network.run();
			assertThat(this.log).isEqualTo(IntStream.range(0, 20).mapToObj("a>b %d"::formatted).toList());
			clear();
		}
	}

	@Test
	void repeatsARunOfTheSameSeed() {
		List<String> first = play(3);
		assertThat(play(3)).isEqualTo(first);
		assertThat(play(4)).isNotEqualTo(first);
	}

	private List<String> play(long seed) {
		clear();
		SimulatedNetwork network = SimulatedNetwork.seeded(seed);
		start(network, "a", "b", "c");
		network.run();
		for (byte i = 0; i < 20; i++) {
			this.engines.get("a").send("b", new byte[] { i });
			this.engines.get("c").send("b", new byte[] { i });
		}
		network.run();
		return List.copyOf(this.log);
	}

	@Test
	void removesAKilledNodeFromTheViews() {
		SimulatedNetwork network = SimulatedNetwork.seeded(1);
		start(network, "a", "b", "c");
		network.run();
		network.kill("b");
		network.run();
		assertThat(this.views.get("a")).isEqualTo(List.of("a", "c"));
		assertThat(this.views.get("c")).isEqualTo(List.of("a", "c"));
		assertThat(network.alive()).containsExactly("a", "c");
		assertThatIllegalStateException().isThrownBy(() -> this.engines.get("a").send("b", new byte[1]));
	}

	@Test
	void holdsFramesBackInAPartitionAndSplitsTheViews() {
		SimulatedNetwork network = SimulatedNetwork.immediate();
		start(network, "a", "b", "c");
		network.partition(Set.of("a"));
		assertThat(this.views.get("a")).isEqualTo(List.of("a"));
		assertThat(this.views.get("c")).isEqualTo(List.of("b", "c"));
		network.heal();
		assertThat(this.views.values()).containsOnly(List.of("a", "b", "c"));
	}

	@Test
	void runsNothingOnAPausedNode() {
		SimulatedNetwork network = SimulatedNetwork.immediate();
		start(network, "a", "b");
		network.pause("b");
		network.executor("b").execute(() -> this.log.add("task"));
		assertThat(this.views.get("a")).isEqualTo(List.of("a"));
		assertThat(this.log).isEmpty();
		network.resume("b");
		assertThat(this.log).containsExactly("task");
		assertThat(this.views.values()).containsOnly(List.of("a", "b"));
	}

	@Test
	void tellsAGoodbyeFromAFailure() {
		SimulatedNetwork network = SimulatedNetwork.immediate();
		List<Set<String>> departed = new ArrayList<>();
		network.engine("a").start(new ClusterListener() {

			@Override
			public void viewChanged(ClusterView view) {
				departed.add(view.departed());
			}

			@Override
			public void received(String node, byte[] frame) {
			}

		});
		start(network, "b", "c");
		this.engines.get("b").stop();
		network.kill("c");
		assertThat(departed).containsExactly(Set.of(), Set.of(), Set.of(), Set.of("b"), Set.of());
	}

	private void start(SimulatedNetwork network, String... names) {
		for (String name : names) {
			ClusterEngine engine = network.engine(name);
			this.engines.put(name, engine);
			engine.start(new ClusterListener() {

				@Override
				public void viewChanged(ClusterView view) {
					SimulatedNetworkTests.this.views.put(name, view.nodes());
				}

				@Override
				public void received(String node, byte[] frame) {
					SimulatedNetworkTests.this.log.add("%s>%s %d".formatted(node, name, frame[0]));
				}

			});
		}
	}

	private void clear() {
		this.engines.clear();
		this.log.clear();
		this.views.clear();
	}

}

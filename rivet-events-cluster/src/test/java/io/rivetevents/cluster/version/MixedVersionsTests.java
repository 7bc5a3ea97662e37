/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.version;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.cluster.LogLines;
import io.rivetevents.cluster.engine.FreePorts;
import io.rivetevents.cluster.frame.FrameCodec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Nodes of this version and of the next one in one cluster, over real sockets.
 */
class MixedVersionsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static Builds builds;

	private final MemoryActorStateStore store = new MemoryActorStateStore();

	private final List<TestedNode> nodes = new ArrayList<>();

	private final List<Integer> ports = FreePorts.find(3);

	@BeforeAll
	static void compile(@TempDir Path directory) {
		builds = new Builds(directory);
	}

	@AfterEach
	void close() {
		this.nodes.forEach(TestedNode::close);
	}

	private TestedNode start(TestedNode node) {
		this.nodes.add(node);
		node.start();
		return node;
	}

	private TestedNode present(int port) {
		return start(builds.present(this.store, this.ports.get(port), this.ports));
	}

	private TestedNode next(int port) {
		return start(builds.next(this.store, this.ports.get(port), this.ports));
	}

	private void awaitNodes(TestedNode... members) {
		await().atMost(PATIENCE)
			.until(() -> List.of(members).stream().allMatch((node) -> node.nodes().size() == members.length));
	}

	/** A rolling deploy, one node after the other, while clients receive events. */
	@Test
	void nodesOfTwoVersionsWorkTogether() {
		TestedNode one = present(0);
		TestedNode two = present(1);
		TestedNode newer = next(2);
		awaitNodes(one, two, newer);
		List<TestedNode> mixed = List.of(one, two, newer);
		mixed.forEach(TestedNode::connect);
		for (TestedNode node : mixed) {
			node.say("from " + node.name());
		}
		expectEvents(mixed, mixed.stream().map((node) -> "from " + node.name()).toList());
		one.stop();
		awaitNodes(two, newer);
		TestedNode replaced = next(0);
		awaitNodes(two, newer, replaced);
		replaced.say("of a new node");
		two.say("of an old node");
		two.stop();
		awaitNodes(newer, replaced);
		replaced.say("without old nodes");
		expectEvents(List.of(newer), List.of("of a new node", "of an old node", "without old nodes"));
		assertThat(newer.received()).doesNotContain("resynced");
	}

	private static void expectEvents(List<TestedNode> nodes, List<String> texts) {
		nodes.forEach(
				(node) -> await().atMost(PATIENCE).untilAsserted(() -> assertThat(node.received()).contains(texts)));
		texts.forEach((text) -> assertThat(nodes).allMatch((node) -> node.received().split(text, -1).length == 2));
	}

	@Test
	void aFrameOfTheNextVersionIsSentToNodesThatReadIt() {
		try (LogLines log = new LogLines(FrameCodec.class)) {
			TestedNode older = present(0);
			TestedNode newer = next(1);
			TestedNode newest = next(2);
			awaitNodes(older, newer, newest);
			await().atMost(PATIENCE).until(() -> newer.sendNext(newest.name()));
			await().atMost(PATIENCE).until(() -> newest.nextFrames() == 1);
			assertThat(newer.sendNext(older.name())).isFalse();
			older.stop();
			awaitNodes(newer, newest);
			TestedNode replaced = next(0);
			awaitNodes(newer, newest, replaced);
			await().atMost(PATIENCE).until(() -> newer.sendNext(replaced.name()));
			await().atMost(PATIENCE).until(() -> replaced.nextFrames() == 1);
			assertThat(log.lines()).isEmpty();
		}
	}

}

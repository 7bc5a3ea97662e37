/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.actor.ownership.HandOver;
import io.rivetevents.cluster.frame.Frame;
import io.rivetevents.cluster.frame.Result;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Histories of instances that many moves at once send to one node.
 */
class BoundedHandOversTests {

	private static final HandOver HAND_OVER = new HandOver("id", 1, "epoch", 7, new byte[1000]);

	private final List<Frame> sent = new ArrayList<>();

	private long backlog;

	private final BoundedHandOvers handOvers = new BoundedHandOvers((node, frame) -> this.sent.add(frame),
			(node) -> this.backlog, 10_000);

	private HandOver send(long waiting) {
		this.backlog = waiting;
		assertThat(this.handOvers.send("n", new Frame.Reply(1, new Result.Done(HAND_OVER)))).isTrue();
		return handOver(this.sent.get(this.sent.size() - 1));
	}

	private static @Nullable HandOver handOver(Frame frame) {
		return ((Result.Done) ((Frame.Reply) frame).result()).handOver();
	}

	@Test
	void areSentWhileThereIsRoom() {
		assertThat(send(10_000 - HAND_OVER.weight())).isEqualTo(HAND_OVER);
	}

	@Test
	void areLeftOutBeyondTheBound() {
		HandOver sent = send(10_001 - HAND_OVER.weight());
		assertThat(sent.history()).isEmpty();
		assertThat(sent.sequence()).isEqualTo(7);
	}

	@Test
	void otherFramesAreNotBounded() {
		this.backlog = Long.MAX_VALUE;
		Frame answer = new Frame.Reply(1, new Result.Done());
		this.handOvers.send("n", answer);
		this.handOvers.send("n", new Frame.Leaving());
		assertThat(this.sent).containsExactly(answer, new Frame.Leaving());
	}

}

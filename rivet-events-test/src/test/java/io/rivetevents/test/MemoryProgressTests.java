/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.rivetevents.test.time.VirtualTime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MemoryProgress}.
 */
class MemoryProgressTests {

	private final VirtualTime time = new VirtualTime();

	private final List<String> ran = new ArrayList<>();

	private int looks;

	private final MemoryProgress progress = new MemoryProgress(this.time, this::endOutside, Duration.ofSeconds(10));

	/** Work outside of the node ends after time has passed, and leaves a task. */
	private List<String> endOutside() {
		if (this.looks++ == 0) {
			this.time.timers().schedule(() -> this.ran.add("delivered"));
		}
		return List.of();
	}

	@Test
	void settlesAfterTasksThatHaveBecomeDueMeanwhile() {
		assertThat(this.progress.settle()).isNull();
		assertThat(this.ran).containsExactly("delivered");
	}

	@Test
	void awaitsTasksThatHaveBecomeDueMeanwhile() {
		assertThat(this.progress.await(() -> this.ran.isEmpty() ? null : "found")).isEqualTo("found");
	}

}

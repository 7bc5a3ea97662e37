/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.util.List;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same figures for clusters of 3 to 100 nodes in each run. With
 * {@code -Drivet.scale.seeds=20} the test prints their median and worst value over that
 * many names of nodes and networks, as the table of the documentation.
 */
class ScaleTests {

	private static final List<Integer> SIZES = List.of(3, 10, 50, 100);

	@Test
	void aClusterOfEachSizeHasTheFiguresThatItHadBefore() {
		assertThat(SIZES.stream().map((size) -> Scale.row(size, 1))).containsExactly(
				"| 3 | 1.01 | 1.02 | 25.2 % | 33.9 % | 2 | 0.6 s | 0.1 s |",
				"| 10 | 1.04 | 1.05 | 8.9 % | 9.5 % | 9 | 1.7 s | 0.2 s |",
				"| 50 | 1.29 | 1.29 | 2.1 % | 2.1 % | 49 | 1.8 s | 2.0 s |",
				"| 100 | 1.34 | 1.38 | 1.1 % | 1.2 % | 99 | 2.0 s | 1.8 s |");
	}

	@Test
	void printsTheTable() {
		int seeds = Integer.getInteger("rivet.scale.seeds", 1);
		Assumptions.assumeTrue(seeds > 1, "Set -Drivet.scale.seeds=20 to print the table");
		SIZES.forEach((size) -> System.out.println(Scale.row(size, seeds)));
	}

}

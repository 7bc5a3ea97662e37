/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.attack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The short form of the soak run, and how it judges.
 */
class SoakTests {

	private static final long SECONDS = 30;

	@Test
	@EnabledOnOs(OS.LINUX)
	void holdsNoMoreTheLongerConnectionsAreCut() throws Exception {
		assertThat(SoakRun.run(System.getProperty("java.class.path"), Path.of("target", "attack", "soak-test.log"),
				SECONDS, 1))
			.isEmpty();
	}

	@Test
	void tellsWhatHasGrown() {
		List<SoakRun.Sample> samples = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			samples.add(new SoakRun.Sample(40 + i % 3, 10, 300 + i, 200 + 5 * i));
		}
		assertThat(SoakRun.grown(samples)).singleElement().asString().startsWith("sockets: 275 in the second third");
	}

}

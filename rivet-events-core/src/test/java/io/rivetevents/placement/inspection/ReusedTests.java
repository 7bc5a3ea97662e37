/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.inspection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ReusedTests {

	private static final int MANY = 1_000_000;

	private long now;

	private int reads;

	private final Reused<String, Integer> reused = new Reused<>(() -> this.now);

	private int get(String key, int instances) {
		return this.reused.get(key, instances, () -> {
			this.now += 10;
			return ++this.reads;
		});
	}

	@Test
	void readsManyInstancesForATwentiethOfTheTime() {
		assertThat(get("a", MANY)).isEqualTo(1);
		this.now += 199;
		assertThat(get("a", MANY)).isEqualTo(1);
		this.now += 1;
		assertThat(get("a", MANY)).isEqualTo(2);
	}

	@Test
	void readsFewInstancesEachTime() {
		assertThat(get("a", 10)).isEqualTo(1);
		assertThat(get("a", 10)).isEqualTo(2);
	}

	@Test
	void keepsTheLastResultOnly() {
		assertThat(get("a", MANY)).isEqualTo(1);
		assertThat(get("b", MANY)).isEqualTo(2);
		assertThat(get("a", MANY)).isEqualTo(3);
	}

}

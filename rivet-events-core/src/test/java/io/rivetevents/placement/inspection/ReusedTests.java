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
	void readsForATwentiethOfTheTimeWithSeveralViewers() {
		int steps = 100_000;
		for (int i = 0; i < steps; i++) {
			this.now++;
			get("actor " + i % 10, MANY);
		}
		assertThat(10 * this.reads).isLessThanOrEqualTo((int) this.now / 20 + 10 * 10);
		assertThat(this.reads).isGreaterThan(steps / 20 / 10 / 2);
	}

	/** A viewer that has left does not make the results of others older. */
	@Test
	void forgetsWhatIsNotUsed() {
		assertThat(get("a", MANY)).isEqualTo(1);
		assertThat(get("b", MANY)).isEqualTo(2);
		this.now += 800;
		assertThat(get("a", MANY)).isEqualTo(3);
		this.now += 200;
		assertThat(get("a", MANY)).isEqualTo(4);
	}

	@Test
	void keepsTheResultsThatWereUsedLast() {
		assertThat(getNow("first")).isEqualTo(1);
		assertThat(getNow("second")).isEqualTo(2);
		for (int i = 2; i < Reused.MAX_RESULTS; i++) {
			getNow("other " + i);
		}
		assertThat(getNow("first")).isEqualTo(1);
		getNow("another");
		int reads = this.reads;
		assertThat(getNow("first")).isEqualTo(1);
		assertThat(getNow("second")).isEqualTo(reads + 1);
	}

	/** All at the same time, so that no result ends. */
	private int getNow(String key) {
		this.now = 0;
		return get(key, MANY);
	}

}

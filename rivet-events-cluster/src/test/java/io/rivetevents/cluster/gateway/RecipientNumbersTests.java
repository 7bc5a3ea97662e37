/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.gateway;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecipientNumbersTests {

	@Test
	void keepsItsBounds() {
		RecipientNumbers numbers = new RecipientNumbers(new AtomicLong(5));
		List<String> large = IntStream.range(0, RecipientNumbers.MAX_IDS - 1).mapToObj(Integer::toString).toList();
		long first = numbers.next(large);
		numbers.add(large, first, 0);
		assertThat(first).isEqualTo(6);
		assertThat(numbers.first()).isEqualTo(6);
		assertThat(numbers.find(large)).isNotNull();
		long second = numbers.next(List.of("a", "b"));
		assertThat(second).isEqualTo(7);
		assertThat(numbers.first()).isEqualTo(7);
		assertThat(numbers.find(large)).isNull();
		assertThat(
				numbers.next(IntStream.rangeClosed(0, RecipientNumbers.MAX_IDS).mapToObj(Integer::toString).toList()))
			.isZero();
		for (int i = 0; i < RecipientNumbers.MAX_LISTS; i++) {
			List<String> ids = List.of("a", "b" + i);
			numbers.add(ids, numbers.next(ids), 0);
		}
		assertThat(numbers.first()).isEqualTo(8);
		assertThat(numbers.next(List.of("c", "d"))).isEqualTo(numbers.first());
	}

}

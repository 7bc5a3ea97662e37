/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ViewsTests {

	private final Views views = new Views();

	@Test
	void tellsAGoodbyeFromAFailure() {
		next(1, "a", "b", "c");
		this.views.goodbye("b");
		Views.Change change = next(2, "a");
		assertThat(change.left()).containsExactlyInAnyOrder("b", "c");
		assertThat(change.view().departed()).containsExactly("b");
		assertThat(change.view().nodes()).containsExactly("a");
	}

	@Test
	void remembersAGoodbyeUntilTheNodeHasLeft() {
		next(1, "a", "b", "c");
		this.views.goodbye("b");
		assertThat(next(2, "a", "b").view().departed()).isEmpty();
		assertThat(next(3, "a").view().departed()).containsExactly("b");
	}

	@Test
	void forgetsTheGoodbyeOfANodeThatIsNotThere() {
		next(1, "a");
		this.views.goodbye("b");
		next(2, "a", "c");
		next(3, "a", "b", "c");
		assertThat(next(4, "a", "c").view().departed()).isEmpty();
	}

	@Test
	void namesTheNodesThatHaveJoined() {
		assertThat(next(1, "a").joined()).containsExactly("a");
		assertThat(next(2, "a", "b").joined()).containsExactly("b");
	}

	@Test
	void describesNodesByTheirAddressUntilTheyHaveLeft() {
		next(1, "a", "b");
		ClusterView left = next(2, "a").view();
		assertThat(left.describe("a")).isEqualTo("a (host-a)");
		assertThat(left.describe("b")).isEqualTo("b (host-b)");
		assertThat(next(3, "a").view().describe("b")).isEqualTo("b");
	}

	@Test
	void skipsViewsThatAreNotNewer() {
		next(2, "a", "b");
		assertThat(this.views.next(2, List.of("a"), false, Map.of())).isNull();
		assertThat(this.views.next(1, List.of("a"), false, Map.of())).isNull();
		assertThat(next(3, "a").left()).containsExactly("b");
	}

	private Views.Change next(long number, String... nodes) {
		Map<String, String> addresses = Stream.of(nodes)
			.collect(Collectors.toMap((node) -> node, (node) -> "host-" + node));
		return Objects.requireNonNull(this.views.next(number, List.of(nodes), false, addresses));
	}

}

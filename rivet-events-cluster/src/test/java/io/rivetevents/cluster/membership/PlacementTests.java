/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.protocol.ActorKey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class PlacementTests {

	private static final List<ActorAddress> ADDRESSES = IntStream.range(0, 100_000)
		.mapToObj((i) -> ActorAddress.of("room", "key-" + i))
		.toList();

	private final Random random = new Random(7);

	@Test
	void nodesThatReceiveTheirViewInAnotherOrderAgree() {
		List<String> nodes = nodes(5);
		Placement one = new Placement(nodes);
		List<String> reversed = new ArrayList<>(nodes);
		Collections.reverse(reversed);
		assertThat(ADDRESSES).map(one::owner)
			.isEqualTo(ADDRESSES.stream().map(new Placement(reversed)::owner).toList());
	}

	@Test
	void aPlacementIsTheSameInEachVersion() {
		Placement placement = new Placement(List.of("a", "b", "c"));
		assertThat(Stream.of("general", "random", "help", "news", "games").map((key) -> {
			ActorAddress address = ActorAddress.of("chatRoom", key);
			return Placement.slot(address) + placement.owner(address);
		})).containsExactly("574c", "1291a", "192a", "2335a", "3919a");
	}

	@Test
	void eachPartOfAnAddressCounts() {
		ActorAddress address = new ActorAddress("default", "room", ActorKey.of("a", "b"));
		assertThat(Stream
			.of(address, new ActorAddress("other", "room", address.key()),
					new ActorAddress("default", "hall", address.key()),
					new ActorAddress("default", "room", ActorKey.of("ab")))
			.map(Placement::slot)).doesNotHaveDuplicates();
	}

	/** The most and the fewest instances of a node, relative to an equal share. */
	@ParameterizedTest
	@CsvSource({ "3, 0.9, 1.1", "10, 0.85, 1.15", "50, 0.6, 1.4", "100, 0.5, 1.6" })
	void nodesOwnAboutAsManyInstancesAsTheOthers(int nodes, double fewest, double most) {
		Placement placement = new Placement(nodes(nodes));
		Map<String, Long> owned = ADDRESSES.stream()
			.collect(Collectors.groupingBy(placement::owner, Collectors.counting()));
		double share = (double) ADDRESSES.size() / nodes;
		assertThat(owned).hasSize(nodes);
		assertThat(owned.values()).allSatisfy((count) -> assertThat(count / share).isBetween(fewest, most));
	}

	@ParameterizedTest
	@CsvSource({ "1", "2", "9" })
	void aNodeThatJoinsTakesItsShareAndNothingElseMoves(int present) {
		List<String> before = nodes(present);
		String joiner = node();
		List<String> after = new ArrayList<>(before);
		after.add(joiner);
		Placement old = new Placement(before);
		Placement next = new Placement(after);
		List<ActorAddress> moved = ADDRESSES.stream()
			.filter((address) -> !old.owner(address).equals(next.owner(address)))
			.toList();
		assertThat(moved).extracting(next::owner).containsOnly(joiner);
		double share = 1.0 / (present + 1);
		assertThat((double) moved.size() / ADDRESSES.size()).isCloseTo(share, within(share / 5));
	}

	@Test
	void whatANodeThatLeavesOwnedIsSpreadOverTheOthers() {
		List<String> before = nodes(4);
		List<String> after = before.subList(0, 3);
		Placement old = new Placement(before);
		Placement next = new Placement(after);
		Map<String, Long> moved = ADDRESSES.stream()
			.filter((address) -> !old.owner(address).equals(next.owner(address)))
			.collect(Collectors.groupingBy(next::owner, Collectors.counting()));
		Map<String, Long> owned = ADDRESSES.stream()
			.map(old::owner)
			.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
		assertThat(moved.keySet()).containsExactlyInAnyOrderElementsOf(after);
		assertThat(moved.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(owned.get(before.get(3)));
	}

	private List<String> nodes(int count) {
		return Stream.generate(this::node).limit(count).toList();
	}

	private String node() {
		return new UUID(this.random.nextLong(), this.random.nextLong()).toString();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.rivetevents.actor.ActorAddress;

/**
 * What becomes of a cluster with some number of nodes, whose names a seed decides.
 *
 * @param slotSkew the most slots of a node, divided by an equal share
 * @param keySkew the most instances of a node, divided by an equal share
 * @param joinMoved share of the instances that move when one more node joins
 * @param leaveMoved share of the instances that move when one of the nodes leaves
 * @param joinMillis milliseconds from the start of one more node until all nodes have a
 * view with it, in virtual time
 * @param killMillis milliseconds from the end of a node until no node has it in its view,
 * in virtual time
 */
record Scale(double slotSkew, double keySkew, double joinMoved, double leaveMoved, double joinMillis,
		double killMillis) {

	private static final int KEYS = 100_000;

	/** The instances of each slot. */
	private static final Map<Integer, List<ActorAddress>> SLOTS = IntStream.range(0, KEYS)
		.mapToObj((i) -> ActorAddress.of("room", "key-" + i))
		.collect(Collectors.groupingBy(Placement::slot, TreeMap::new, Collectors.toList()));

	/** Returns what becomes of some number of nodes. */
	static Scale of(int size, long seed) {
		List<String> names = names(size + 1, seed);
		List<String> nodes = names.subList(0, size);
		List<String> owners = owners(nodes);
		ScaleNetwork network = new ScaleNetwork(names, seed);
		return new Scale(skew(owners, size, (instances) -> 1), skew(owners, size, List::size),
				moved(owners, owners(names)), moved(owners, owners(nodes.subList(1, size))), network.millisToJoin(),
				network.millisToNotice());
	}

	private static List<String> names(int count, long seed) {
		Random random = new Random(seed);
		return Stream.generate(() -> new UUID(random.nextLong(), random.nextLong()).toString()).limit(count).toList();
	}

	/** Returns the owner of each slot. */
	private static List<String> owners(List<String> nodes) {
		Placement placement = new Placement(nodes);
		return SLOTS.values().stream().map((instances) -> placement.owner(instances.get(0))).toList();
	}

	private static double skew(List<String> owners, int nodes, ToIntFunction<List<ActorAddress>> weight) {
		Map<String, Integer> owned = new HashMap<>();
		int slot = 0;
		for (List<ActorAddress> instances : SLOTS.values()) {
			owned.merge(owners.get(slot++), weight.applyAsInt(instances), Integer::sum);
		}
		double all = owned.values().stream().mapToInt(Integer::intValue).sum();
		return Collections.max(owned.values()) * nodes / all;
	}

	private static double moved(List<String> before, List<String> after) {
		int moved = 0;
		int slot = 0;
		for (List<ActorAddress> instances : SLOTS.values()) {
			moved += before.get(slot).equals(after.get(slot)) ? 0 : instances.size();
			slot++;
		}
		return moved / (double) KEYS;
	}

	/** Returns the median and the worst of some seeds, as a row of a table. */
	static String row(int nodes, int seeds) {
		List<Scale> all = IntStream.rangeClosed(1, seeds).mapToObj((seed) -> of(nodes, seed)).toList();
		List<String> cells = new ArrayList<>(List.of(String.valueOf(nodes)));
		cells.add(cell(all, Scale::slotSkew, "%.2f"));
		cells.add(cell(all, Scale::keySkew, "%.2f"));
		cells.add(cell(all, (scale) -> 100 * scale.joinMoved(), "%.1f %%"));
		cells.add(cell(all, (scale) -> 100 * scale.leaveMoved(), "%.1f %%"));
		cells.add(String.valueOf(new ScaleNetwork(names(nodes, 1), 1).framesOfABroadcast()));
		cells.add(cell(all, (scale) -> scale.joinMillis() / 1000, "%.1f s"));
		cells.add(cell(all, (scale) -> scale.killMillis() / 1000, "%.1f s"));
		return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
	}

	private static String cell(List<Scale> all, Function<Scale, Double> value, String format) {
		List<Double> sorted = all.stream().map(value).sorted().toList();
		double median = sorted.get(sorted.size() / 2);
		String worst = format.formatted(sorted.get(sorted.size() - 1));
		return (sorted.size() == 1) ? worst : "%s (%s)".formatted(format.formatted(median), worst);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What was measured while a fault lasted. Times are in milliseconds.
 *
 * @param fault the fault
 * @param victims the nodes that it has hit
 * @param load processes that ran or waited for a processor, mean of the last minute
 * @param pause longest time in which a ledger has acknowledged no call at nodes that were
 * not hit
 * @param removed how often a node was removed from the cluster that had not failed
 * @param joined time from the end of the fault until the nodes were one cluster
 * @param served time from the end of the fault until each ledger had answered at each
 * node
 * @param before 99th percentile of the calls at nodes that were not hit, before the fault
 * @param during the same during the fault
 * @param memory most memory of a node, in MB
 * @param backlog most bytes that waited for a node
 * @param summary what happened to calls and clients
 * @param violations what must not be
 */
record Report(Fault fault, List<Node> victims, String load, long pause, int removed, long joined, long served,
		long before, long during, long memory, long backlog, String summary, List<String> violations) {

	/** By fault: promised pause. */
	private static final Map<String, Long> PAUSES = Map.of("kill", 2_000L, "vanish", 6_000L);

	/** Promised time until the nodes are one cluster. */
	private static final long JOIN = 10_000;

	static final String HEAD = """
			| fault | hit | load | pause | removed wrongly | one cluster | served | p99 before | p99 during | memory | backlog | calls and clients | violations |
			| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |""";

	/** Returns whether a time was longer than promised, or a node was suspected. */
	boolean isBeyondBounds() {
		return this.removed > 0 || this.joined > JOIN
				|| this.pause > PAUSES.getOrDefault(this.fault.name(), Long.MAX_VALUE);
	}

	/** Returns how often nodes have removed one that had not failed. */
	static int removed(Fault fault, List<Node> nodes, List<Node> victims) {
		List<Node> failed = fault.mayRemove() ? victims : List.of();
		List<String> addresses = failed.stream().map(Node::clusterAddress).toList();
		return nodes.stream()
			.filter((node) -> !failed.contains(node))
			.mapToInt((node) -> node.removals().takeBut(addresses))
			.sum();
	}

	/** Returns the longest pause of a ledger at nodes that were not hit. */
	static long pause(List<Traffic.Answer> answers, List<Node> victims, long begin, long end) {
		long longest = 0;
		for (int ledger = 0; ledger < Traffic.LEDGERS; ledger++) {
			int index = ledger;
			long last = begin;
			for (long at : LongStream
				.concat(answers.stream()
					.filter((answer) -> answer.ledger() == index && !victims.contains(answer.node()))
					.mapToLong(Traffic.Answer::at)
					.filter((at) -> at > begin && at < end)
					.sorted(), LongStream.of(end))
				.toArray()) {
				longest = Math.max(longest, at - last);
				last = at;
			}
		}
		return longest / 1_000_000;
	}

	/** Returns the 99th percentile of the calls at nodes that were not hit. */
	static long slow(List<Traffic.Answer> answers, List<Node> victims, long begin, long end) {
		List<Long> times = new ArrayList<>(answers.stream()
			.filter((answer) -> answer.at() > begin && answer.at() < end && !victims.contains(answer.node()))
			.map(Traffic.Answer::nanos)
			.toList());
		times.sort(Comparator.naturalOrder());
		return times.isEmpty() ? -1 : times.get((times.size() - 1) * 99 / 100) / 1_000_000;
	}

	/** Returns a summary of calls and clients. */
	static String summary(Traffic traffic) {
		List<StreamClient> clients = traffic.clients();
		return "%d acknowledged, %d unknown, refused %s; %d clients, %d reconnects, %d told of a hole".formatted(
				traffic.answers().size(), traffic.unknown(), traffic.refused(), clients.size(),
				clients.stream().mapToInt(StreamClient::reconnects).sum(),
				clients.stream().mapToInt(StreamClient::told).sum());
	}

	/** Returns the most memory that one of the nodes has, in MB. */
	static long memory(List<Node> nodes) throws IOException {
		long most = 0;
		for (Node node : nodes) {
			most = Math.max(most, node.isRunning() ? node.memory() : 0);
		}
		return most;
	}

	/** Returns the row of the table. */
	@Override
	public String toString() {
		return "| %s | %s | %s | %d | %d | %d | %d | %d | %d | %d | %d | %s | %s |".formatted(this.fault.name(),
				this.victims.isEmpty() ? "all" : this.victims, this.load, this.pause, this.removed, this.joined,
				this.served, this.before, this.during, this.memory, this.backlog, this.summary, this.violations);
	}

}

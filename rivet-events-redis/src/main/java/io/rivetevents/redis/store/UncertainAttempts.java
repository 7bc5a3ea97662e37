/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.Change;

/**
 * Changes of this node whose outcome is uncertain. The next change of the instance
 * replaces them if they were stored; without a record of them they would look like
 * changes of another node. Safe for use by several threads.
 */
final class UncertainAttempts {

	/** Of the instances that the least recent failures belong to, none is recorded. */
	private static final int MAX_INSTANCES = 10_000;

	private final String node = UUID.randomUUID().toString();

	private final Map<ActorAddress, Attempt> uncertain = new LinkedHashMap<>();

	private long attempts;

	/**
	 * An attempt to change an instance.
	 *
	 * @param writer the same for an attempt and those before it with an uncertain
	 * outcome; different for every other
	 * @param number greater than that of each attempt before
	 * @param undone what these attempts may have added: "e" and the position of an event,
	 * "a" and the key of an answer
	 */
	record Attempt(String writer, long number, List<String> undone) {

		Attempt next(long number) {
			return new Attempt(this.writer, number, this.undone);
		}

		Attempt with(Change change) {
			List<String> all = new ArrayList<>(this.undone);
			change.events().forEach((event) -> all.add("e" + event.position()));
			change.answers().forEach((answer) -> all.add("a" + answer.key()));
			return new Attempt(this.writer, this.number, all.stream().distinct().toList());
		}

	}

	synchronized Attempt begin(ActorAddress address) {
		this.attempts++;
		Attempt before = this.uncertain.get(address);
		return (before != null) ? before.next(this.attempts)
				: new Attempt(this.node + "-" + this.attempts, this.attempts, List.of());
	}

	/** Records that the outcome of an attempt is uncertain. */
	synchronized void fail(ActorAddress address, Attempt attempt) {
		this.uncertain.remove(address);
		this.uncertain.put(address, attempt);
		if (this.uncertain.size() > MAX_INSTANCES) {
			this.uncertain.remove(this.uncertain.keySet().iterator().next());
		}
	}

	/** Removes what is recorded: the stored version is certain. */
	synchronized void settle(ActorAddress address) {
		this.uncertain.remove(address);
	}

}

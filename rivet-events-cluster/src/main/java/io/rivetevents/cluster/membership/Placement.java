/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.membership;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;

/**
 * Which node owns which address: each address has a slot, and the owner of a slot is the
 * node with the highest hash of slot and name (rendezvous hashing), so that a node that
 * joins or leaves moves only its own share. All nodes with the same view compute the same
 * owners. Safe for use by several threads.
 */
final class Placement {

	private static final int SLOT_BITS = 12;

	/**
	 * Number of slots, enough to give each of 100 nodes about as many as the others.
	 * Never changed: all nodes must compute the same slot.
	 */
	static final int SLOTS = 1 << SLOT_BITS;

	private final List<Node> nodes;

	/**
	 * Owners of the slots, each computed when it is needed first. Several threads may
	 * compute the same owner.
	 */
	private final @Nullable String[] owners = new @Nullable String[SLOTS];

	/**
	 * Creates a placement.
	 * @param nodes names of the nodes, at least one
	 */
	Placement(Collection<String> nodes) {
		this.nodes = nodes.stream().sorted().map(Node::of).toList();
	}

	private record Node(String name, long hash) {

		static Node of(String name) {
			return new Node(name, Placement.hash(name));
		}

		long weight(int slot) {
			return mix(this.hash ^ mix(slot + 1L));
		}

	}

	private static String owner(int slot, List<Node> nodes) {
		Node owner = nodes.get(0);
		for (Node node : nodes) {
			if (node.weight(slot) > owner.weight(slot)) {
				owner = node;
			}
		}
		return owner.name();
	}

	/** Returns the owner of an address. */
	String owner(ActorAddress address) {
		return owner(slot(address));
	}

	/** Returns the owner of each slot. */
	Stream<String> owners() {
		return IntStream.range(0, SLOTS).mapToObj(this::owner);
	}

	private String owner(int slot) {
		String known = this.owners[slot];
		if (known != null) {
			return known;
		}
		String owner = owner(slot, this.nodes);
		this.owners[slot] = owner;
		return owner;
	}

	/** Returns the slot of an address, from 0. */
	static int slot(ActorAddress address) {
		String text = address.namespace() + '\0' + address.name() + '\0' + address.key().serialize();
		return (int) (mix(hash(text)) >>> (Long.SIZE - SLOT_BITS));
	}

	/** FNV-1a over the UTF-8 bytes. */
	private static long hash(String text) {
		long hash = 0xcbf29ce484222325L;
		for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
			hash = (hash ^ (each & 0xff)) * 0x100000001b3L;
		}
		return hash;
	}

	/** The finalizer of SplitMix64: each bit of the result depends on all bits. */
	private static long mix(long value) {
		long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
		mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
		return mixed ^ (mixed >>> 31);
	}

}

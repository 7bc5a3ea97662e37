/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import java.util.Comparator;

import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.SafeText;

/**
 * Address of an instance, unique to it.
 *
 * @param namespace separates the actors of unrelated clients; usually
 * {@value #DEFAULT_NAMESPACE}
 * @param name name of the actor
 * @param key distinguishes instances of the same actor. A key of one empty part equals
 * the empty key, because a gateway URL cannot distinguish them
 * @since 0.1.0
 */
public record ActorAddress(String namespace, String name, ActorKey key) implements Comparable<ActorAddress> {

	private static final Comparator<ActorAddress> ORDER = Comparator.comparing(ActorAddress::namespace)
		.thenComparing(ActorAddress::name)
		.thenComparing(ActorAddress::key);

	/** Namespace of a client that names none. */
	public static final String DEFAULT_NAMESPACE = "default";

	private static final ActorKey ONE_EMPTY_PART = ActorKey.of("");

	public ActorAddress {
		key = key.equals(ONE_EMPTY_PART) ? ActorKey.EMPTY : key;
	}

	/**
	 * Returns an address in the default namespace.
	 * @param name name of the actor
	 * @param key its key, part by part
	 */
	public static ActorAddress of(String name, String... key) {
		return new ActorAddress(DEFAULT_NAMESPACE, name, ActorKey.of(key));
	}

	/**
	 * Compares namespaces, names and keys. The order keeps hash maps fast even if clients
	 * choose keys with equal hashes.
	 */
	@Override
	public int compareTo(ActorAddress other) {
		return ORDER.compare(this, other);
	}

	/**
	 * Returns the name and key as they appear in logs: on one line and of limited length.
	 * Different addresses can have the same text.
	 */
	@Override
	public String toString() {
		return "%s[%s]".formatted(SafeText.of(this.name), SafeText.of(this.key.serialize()));
	}

}

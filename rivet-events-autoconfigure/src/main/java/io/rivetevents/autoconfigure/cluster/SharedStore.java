/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.cluster;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.state.ActorStateStore;
import io.rivetevents.actor.state.MemoryActorStateStore;
import io.rivetevents.actor.state.StaleStateException;
import io.rivetevents.actor.state.StoredActor;
import io.rivetevents.autoconfigure.InvalidSettingException;
import io.rivetevents.autoconfigure.RivetEventsProperties;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.transport.StreamSecrets;

/**
 * The store of a cluster. It must decide which of two nodes saves an instance: two saves
 * over the same version must not both succeed, and the owner must be kept.
 */
final class SharedStore {

	private static final String ENABLED = "rivet.events.cluster.enabled";

	private static final String CHOICE = "Set rivet.events.state.store to jdbc or redis, and add"
			+ " rivet-events-jdbc with spring-boot-starter-jdbc, or rivet-events-redis";

	private static final String NODE = "check";

	private final ActorStateStore store;

	/**
	 * Creates an instance. The store is not used yet.
	 * @param store the store
	 */
	SharedStore(ActorStateStore store) {
		this.store = store;
	}

	/**
	 * Checks the choice of a store, before it is created.
	 * @param chosen the store that the properties name, {@code null} if they name none
	 * @throws InvalidSettingException if the store belongs to one node
	 */
	static void check(RivetEventsProperties.@Nullable Store chosen) {
		if (chosen == RivetEventsProperties.Store.FILE) {
			throw new InvalidSettingException(ENABLED, "true", "the store \"file\" belongs to one node", CHOICE);
		}
	}

	/**
	 * Checks the store.
	 * @throws InvalidSettingException if it cannot be used by several nodes
	 */
	void check() {
		if (this.store instanceof MemoryActorStateStore) {
			throw new InvalidSettingException(ENABLED, "true",
					"the store \"memory\" belongs to one node; it is used if no other one is set up", CHOICE);
		}
		String problem = problem();
		if (problem != null) {
			throw new InvalidSettingException(ENABLED, "true",
					"the store %s %s".formatted(this.store.getClass().getName(), problem),
					"Correct the store, or set rivet.events.state.store to jdbc or redis. AbstractActorStateStoreTests"
							+ " of rivet-events-test tests all that is required");
		}
	}

	/**
	 * Checks that the store keeps the key of streams for all nodes: a stream that begins
	 * on one node is resumed on another.
	 * @throws InvalidSettingException if it does not
	 */
	void checkStreamKey() {
		String kept = this.store.initialize("stream-key", StreamSecrets.newKey());
		if (!this.store.initialize("stream-key", StreamSecrets.newKey()).equals(kept)) {
			throw new InvalidSettingException(ENABLED, "true",
					"the nodes have no common key of streams: the store %s keeps no values"
						.formatted(this.store.getClass().getName()),
					"Set rivet.events.security.stream-key to the same long random text on all nodes, or override"
							+ " initialize of the store");
		}
	}

	private @Nullable String problem() {
		String id = UUID.randomUUID().toString();
		ActorAddress address = new ActorAddress("rivet-check", "check", ActorKey.of(id));
		StoredActor first = StoredActor.builder(id, address).version(1).owner(NODE).build();
		StoredActor second = first.toBuilder().version(2).generation(2).build();
		this.store.save(first, 0);
		try {
			if (!isRefused(first, 0)) {
				return "has created an instance that existed";
			}
			this.store.save(second, 1);
			if (!isRefused(second, 1)) {
				return "has saved an instance over a newer version";
			}
			StoredActor found = this.store.load(address);
			return (found == null || found.version() != 2 || found.generation() != 2 || !NODE.equals(found.owner()))
					? "does not return the instance that was saved" : null;
		}
		finally {
			delete(address);
		}
	}

	private void delete(ActorAddress address) {
		StoredActor left = this.store.load(address);
		if (left != null) {
			this.store.delete(left);
		}
	}

	private boolean isRefused(StoredActor actor, long expectedVersion) {
		try {
			this.store.save(actor, expectedVersion);
			return false;
		}
		catch (StaleStateException ex) {
			return true;
		}
	}

}

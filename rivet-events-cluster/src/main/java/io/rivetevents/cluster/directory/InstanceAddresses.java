/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.directory;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorInfo;
import io.rivetevents.extension.ActorDirectory;
import io.rivetevents.extension.ActorTarget;

/**
 * Addresses of instances, by the ids in targets. The address of an id never changes, so
 * the addresses used last are kept; others are read from the shared store. Safe for use
 * by several threads.
 */
final class InstanceAddresses {

	/** Most addresses that are kept. */
	static final int MAX_KEPT = 4096;

	private final ActorDirectory local;

	private final Map<String, ActorAddress> kept = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, ActorAddress> eldest) {
			return size() > MAX_KEPT;
		}

	};

	/**
	 * Creates an empty set.
	 * @param local directory of this node, which finds stored instances of all nodes
	 */
	InstanceAddresses(ActorDirectory local) {
		this.local = local;
	}

	/**
	 * Returns the address of a target without access to the store; {@code null} if it is
	 * unknown.
	 */
	@Nullable ActorAddress known(ActorTarget target) {
		if (target instanceof ActorTarget.ById byId && byId.address() == null) {
			synchronized (this.kept) {
				return this.kept.get(byId.actorId());
			}
		}
		return target.address();
	}

	/**
	 * Returns the address of a target.
	 * @return the address; empty if there is no instance with its id
	 */
	Mono<ActorAddress> find(ActorTarget target) {
		return Mono.defer(() -> {
			ActorAddress known = known(target);
			return (known != null) ? Mono.just(known)
					: this.local.find(target).doOnNext(this::keep).map(ActorInfo::address);
		});
	}

	private void keep(ActorInfo info) {
		synchronized (this.kept) {
			this.kept.put(info.actorId(), info.address());
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ActorSpecifier;

/**
 * Information about an instance.
 *
 * @param actorId its id: opaque, unique in all namespaces, never reused
 * @param address its address
 * @param generation number of times that it has been loaded into memory, from 1
 * @param createdAt when it was created
 * @param startedAt when it was loaded into memory; {@code null} while it sleeps
 * @param created whether the request has created it
 * @since 0.1.0
 */
public record ActorInfo(String actorId, ActorAddress address, long generation, Instant createdAt,
		@Nullable Instant startedAt, boolean created) {

	/**
	 * Returns the instance as the protocol identifies it.
	 */
	public ActorSpecifier specifier() {
		return new ActorSpecifier(this.actorId, this.generation, this.address.key().serialize());
	}

}

package io.rivetevents.actor;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.ActorSpecifier;

/**
 * What is told of an instance.
 *
 * @param actorId its id: opaque, unique over all namespaces, never used again
 * @param address where it is found
 * @param generation how often it has come into memory, from 1
 * @param createdAt when it was created
 * @param startedAt when it came into memory, {@code null} while it sleeps
 * @param created whether the request that asked has created it
 * @since 0.1.0
 */
public record ActorInfo(String actorId, ActorAddress address, long generation, Instant createdAt,
		@Nullable Instant startedAt, boolean created) {

	/**
	 * Return the form in which the wire names it.
	 */
	public ActorSpecifier specifier() {
		return new ActorSpecifier(this.actorId, this.generation, this.address.key().serialize());
	}

}

package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * A new instance has come into memory. Published in its turn.
 *
 * @param actor the instance
 * @since 0.1.0
 */
public record ActorCreatedEvent(ActorInfo actor) {
}

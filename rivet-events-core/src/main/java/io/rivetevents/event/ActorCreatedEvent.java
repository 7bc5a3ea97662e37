package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * A new instance has come into memory. Published in its turn.
 *
 * @param actor the instance
 */
public record ActorCreatedEvent(ActorInfo actor) {
}

package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * Published when a new instance has been created, in its turn.
 *
 * @param actor the instance
 * @since 0.1.0
 */
public record ActorCreatedEvent(ActorInfo actor) {
}

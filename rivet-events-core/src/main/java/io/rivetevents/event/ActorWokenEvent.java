package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * An instance that slept is in memory again. Published in its turn.
 *
 * @param actor the instance
 * @since 0.1.0
 */
public record ActorWokenEvent(ActorInfo actor) {
}

package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * An instance that slept is in memory again. Published in its turn.
 *
 * @param actor the instance
 */
public record ActorWokenEvent(ActorInfo actor) {
}

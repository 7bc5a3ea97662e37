package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * An instance has been deleted.
 *
 * @param actor the instance
 */
public record ActorDestroyedEvent(ActorInfo actor) {
}

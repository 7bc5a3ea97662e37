package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * An instance has left memory, its state saved.
 *
 * @param actor the instance
 */
public record ActorSleptEvent(ActorInfo actor) {
}

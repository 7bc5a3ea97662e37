package io.rivetevents.event;

import io.rivetevents.actor.ActorInfo;

/**
 * An instance has left memory, its state saved.
 *
 * @param actor the instance
 * @since 0.1.0
 */
public record ActorSleptEvent(ActorInfo actor) {
}

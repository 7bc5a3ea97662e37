package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An instance that is to be created, before anything is made of it.
 *
 * @param actor what is stored of it once it exists
 * @param input the input that its hooks see, {@code null} if there is none
 */
record Draft(StoredActor actor, @Nullable JsonNode input) {

}

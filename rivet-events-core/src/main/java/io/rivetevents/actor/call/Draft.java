package io.rivetevents.actor.call;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.state.StoredActor;

/**
 * An instance that is to be created, before anything is made of it.
 *
 * @param actor what is stored of it once it exists
 */
public record Draft(StoredActor actor) {

	/** Returns the input that its hooks see, {@code null} if there is none. */
	@Nullable JsonNode input() {
		return this.actor.decodeInput();
	}

}

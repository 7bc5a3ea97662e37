package io.rivetevents.actor.call;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CurrentContext;

/**
 * The turn in which a thread runs a method of an instance.
 */
public final class CurrentTurn {

	private CurrentTurn() {
	}

	/**
	 * Returns the context of the method that this thread runs in a turn, {@code null} if
	 * it runs none, or one outside turns.
	 */
	public static @Nullable ActorContext<?, ?> context() {
		return (CurrentContext.get() instanceof DefaultActorContext current && current.isWithinTurn()) ? current : null;
	}

}

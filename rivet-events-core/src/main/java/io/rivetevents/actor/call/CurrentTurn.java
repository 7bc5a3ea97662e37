/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CurrentContext;

/**
 * Finds the turn in which a thread runs a method of an instance.
 */
public final class CurrentTurn {

	private CurrentTurn() {
	}

	/**
	 * Returns the context of the method that this thread is running in a turn,
	 * {@code null} if there is none or the method runs outside of turns.
	 */
	public static @Nullable ActorContext<?, ?> context() {
		return (CurrentContext.get() instanceof DefaultActorContext current && current.isWithinTurn()) ? current : null;
	}

}

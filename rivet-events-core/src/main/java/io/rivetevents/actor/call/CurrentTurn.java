/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.CurrentContext;
import io.rivetevents.actor.state.ActionTransaction;

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

	/**
	 * Returns the action whose method this thread is about to call, for the transaction
	 * around the method. Called by the innermost proxy of the method. Returns
	 * {@code null} for all other methods: hooks, and those that the method of an action
	 * calls.
	 */
	public static @Nullable ActionTransaction takeAction() {
		JoinedAction action = (CurrentContext.get() instanceof DefaultActorContext current) ? current.action() : null;
		return (action != null && action.take()) ? action : null;
	}

}

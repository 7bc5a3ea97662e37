/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;

/**
 * Holds the context of the actor method that is running on a thread, for
 * {@link ActorContext#current()}. Public only for the runtime, which sets it.
 *
 * @since 0.1.0
 */
public final class CurrentContext {

	private static final ThreadLocal<@Nullable ActorContext<?, ?>> CURRENT = new ThreadLocal<>();

	private CurrentContext() {
	}

	/** Returns the context of the method that is running on this thread, if any. */
	public static @Nullable ActorContext<?, ?> get() {
		return CURRENT.get();
	}

	/**
	 * Sets the context of this thread.
	 * @param context the context; {@code null} for none
	 * @return the previous context, for {@link #leave}
	 */
	public static @Nullable ActorContext<?, ?> enter(@Nullable ActorContext<?, ?> context) {
		ActorContext<?, ?> before = CURRENT.get();
		if (context != before) {
			leave(context);
		}
		return before;
	}

	/**
	 * Restores the previous context of this thread.
	 * @param before the context that {@link #enter} has returned
	 */
	public static void leave(@Nullable ActorContext<?, ?> before) {
		if (before != null) {
			CURRENT.set(before);
		}
		else {
			CURRENT.remove();
		}
	}

}

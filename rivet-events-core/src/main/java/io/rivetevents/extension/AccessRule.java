/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.scheduling.CallerScope;

/**
 * Decides whether a caller may access the instances of an actor, or manage them.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AccessRule {

	/**
	 * Checks access. Called on a worker: it may block.
	 * @param principal the caller's principal, {@code null} if anonymous
	 * @param actor the instance, {@code null} for all instances
	 * @throws RuntimeException if access is denied; the client gets
	 * {@code auth.forbidden} or the error that a {@link FailureTranslator} returns
	 */
	void check(@Nullable Principal principal, @Nullable ActorAddress actor);

	/**
	 * Returns the same rule, called within the scope of the caller that it checks.
	 * @param callers the scopes of callers
	 */
	default AccessRule within(CallerScope callers) {
		return (principal, actor) -> callers.run(CallerScope.client(principal), () -> check(principal, actor));
	}

}

package io.rivetevents.extension;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.scheduling.CallerScope;

/**
 * Decides who may reach something: the instances of an actor, or their management.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AccessRule {

	/**
	 * Checks that somebody may. Called on a worker: it may block.
	 * @param principal who signed in, {@code null} if nobody did
	 * @param actor the instance, {@code null} for all of them
	 * @throws RuntimeException if not; {@code auth.forbidden} or what is translated to it
	 */
	void check(@Nullable Principal principal, @Nullable ActorAddress actor);

	/**
	 * Returns the same rule, within the scope of the one it decides about.
	 * @param callers the scopes of callers
	 */
	default AccessRule within(CallerScope callers) {
		return (principal, actor) -> callers.run(CallerScope.client(principal), () -> check(principal, actor));
	}

}

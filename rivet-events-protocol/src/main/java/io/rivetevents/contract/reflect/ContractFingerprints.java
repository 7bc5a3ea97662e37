package io.rivetevents.contract.reflect;

import org.jspecify.annotations.Nullable;

/**
 * What tells two versions of an actor's contract apart.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ContractFingerprints {

	/** Knows none, so that no client is told that it is out of date. */
	ContractFingerprints NONE = (actor) -> null;

	/**
	 * Return the fingerprint of a contract: its actions, events and params.
	 * @param actor name of the actor
	 * @return the fingerprint, {@code null} if it is not known
	 */
	@Nullable String of(String actor);

}

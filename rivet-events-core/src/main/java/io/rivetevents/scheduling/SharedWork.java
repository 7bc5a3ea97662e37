/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.scheduling;

import org.jspecify.annotations.Nullable;

/**
 * Work for {@link ActorWorkers} that is charged to a user, a remote address and an actor,
 * so that none of them occupies all workers.
 */
public interface SharedWork extends Runnable {

	/**
	 * Returns the beneficiary of this work. Called by any thread; the result may be
	 * slightly out of date.
	 */
	Beneficiary beneficiary();

	/**
	 * The user, address and actor to which work is charged. Each component has its own
	 * share of the workers.
	 *
	 * @param owner the authenticated user, {@code null} if there is none
	 * @param address owner of the share of a remote address, {@code null} if there is
	 * none
	 * @param actor name of an actor, {@code null} if there is none
	 */
	record Beneficiary(@Nullable String owner, @Nullable String address, @Nullable String actor) {

	}

	/**
	 * Work whose beneficiary does not change.
	 *
	 * @param work the task
	 * @param beneficiary its beneficiary
	 */
	record Fixed(Runnable work, Beneficiary beneficiary) implements SharedWork {

		@Override
		public void run() {
			this.work.run();
		}

	}

	/**
	 * Work that a Reactor hook has wrapped.
	 *
	 * @param decorated the wrapped task
	 * @param work the original work
	 */
	record Decorated(Runnable decorated, SharedWork work) implements SharedWork {

		@Override
		public Beneficiary beneficiary() {
			return this.work.beneficiary();
		}

		@Override
		public void run() {
			this.decorated.run();
		}

	}

}

package io.rivetevents.scheduling;

import org.jspecify.annotations.Nullable;

/**
 * Work for {@link ActorWorkers} that counts for a user, a remote address and an actor, so
 * that none of them takes all workers.
 */
public interface SharedWork extends Runnable {

	/**
	 * Returns what this work counts for. Called by any thread; the result may be slightly
	 * out of date.
	 */
	Beneficiary beneficiary();

	/**
	 * What work counts for. Each component has its own share of the workers.
	 *
	 * @param owner the signed-in user, {@code null} if there is none
	 * @param address owner of the share of a remote address, {@code null} if there is
	 * none
	 * @param actor name of an actor, {@code null} if it is for none
	 */
	record Beneficiary(@Nullable String owner, @Nullable String address, @Nullable String actor) {

	}

	/**
	 * Work whose beneficiary does not change.
	 *
	 * @param work the task
	 * @param beneficiary what it counts for
	 */
	record Fixed(Runnable work, Beneficiary beneficiary) implements SharedWork {

		@Override
		public void run() {
			this.work.run();
		}

	}

	/**
	 * Work that a hook of Reactor has wrapped.
	 *
	 * @param decorated what to do
	 * @param work what is in there
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

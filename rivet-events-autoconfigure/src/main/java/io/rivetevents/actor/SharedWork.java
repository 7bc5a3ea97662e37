package io.rivetevents.actor;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Work for {@link WorkerThreads} of which it is known for whom it is done, so that none
 * of them gets all workers.
 */
interface SharedWork extends Runnable {

	/**
	 * Returns for whom it would begin, or for whom it runs. Called by any thread; may be
	 * a moment late.
	 */
	Beneficiary beneficiary();

	/**
	 * Returns a scheduler whose work counts for somebody.
	 * @param workers where it runs; returned itself if it does not count
	 * @param beneficiary for whom
	 */
	static Scheduler on(Scheduler workers, Beneficiary beneficiary) {
		if (!(workers instanceof WorkerThreads threads)) {
			return workers;
		}
		return Schedulers.fromExecutor((task) -> threads.execute(new Fixed(task, beneficiary)));
	}

	/**
	 * For whom work is done. Each part has a share of the workers of its own.
	 *
	 * @param owner the signed-in user, {@code null} if there is none
	 * @param address owner of the share of a remote address, {@code null} if there is
	 * none
	 * @param actor name of an actor, {@code null} if it is for none
	 */
	record Beneficiary(@Nullable String owner, @Nullable String address, @Nullable String actor) {

		/** Work that is always begun. */
		static final Beneficiary NOBODY = new Beneficiary(null, null, null);

	}

	/**
	 * Work for the same one from its begin to its end.
	 *
	 * @param work what to do
	 * @param beneficiary for whom
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

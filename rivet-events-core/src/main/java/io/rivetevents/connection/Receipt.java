package io.rivetevents.connection;

import reactor.core.publisher.Mono;

/**
 * What became of an event that was sent. May be ignored: the event is on its way without
 * it. Where the event has to wait first, for a turn of its actor or the commit of a
 * transaction, the counts are zero until it {@link #isDone() is done}.
 *
 * @since 0.1.0
 */
public interface Receipt {

	/** Nobody was there to get it. */
	Receipt NOBODY = new Done(0, 0);

	/**
	 * Return how many connections it was for. Connections on other nodes are not counted.
	 */
	int targeted();

	/**
	 * Return in how many queues it was put. The connections get it unless they end
	 * before, or it is droppable and a newer one takes its place.
	 */
	int queued();

	/**
	 * Return for how many connections it was dropped: those that were closed or became
	 * so, were too slow for an event that may be dropped, or were left out by an
	 * interceptor.
	 */
	default int dropped() {
		return targeted() - queued();
	}

	/**
	 * Return whether the counts are final.
	 */
	boolean isDone();

	/**
	 * Wait until the counts are final.
	 * @return this, once they are; an error if the event could not be sent, such as
	 * {@code actor.overloaded}, which is logged as well
	 */
	Mono<Receipt> whenDone();

	/**
	 * What became of an event that had not to wait.
	 *
	 * @param targeted how many connections it was for
	 * @param queued in how many queues it was put
	 */
	record Done(int targeted, int queued) implements Receipt {

		@Override
		public boolean isDone() {
			return true;
		}

		@Override
		public Mono<Receipt> whenDone() {
			return Mono.just(this);
		}

	}

}

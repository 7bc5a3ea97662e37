package io.rivetevents.actor.turn;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The turn of an instance while the result of a method is awaited, and other turns wait
 * for that. Work for the same method is done within it: a turn of its own would wait for
 * the result, which may wait for the work. Safe for use by several threads.
 */
public final class HeldTurn {

	/** That of the method, {@code null} while no turn is held. */
	private volatile @Nullable Object context;

	/**
	 * Holds the turn until a result is there. Work that is done by then has ended before
	 * the result goes on.
	 * @param context that of the call of the method, compared by identity
	 * @param result the result, which comes on a worker
	 */
	public <T> Mono<T> during(Object context, Mono<T> result) {
		return Mono.defer(() -> {
			this.context = context;
			return result.doOnTerminate(() -> endOnceDone(context));
		});
	}

	private synchronized void endOnceDone(Object context) {
		end(context);
	}

	/**
	 * Begins no more work for a method, whose result is not awaited any more. Does not
	 * wait for work.
	 * @param context that of the method, whether it holds the turn or not
	 */
	public void end(Object context) {
		if (this.context == context) {
			this.context = null;
		}
	}

	/** Begins no more work, since the turn is over. Does not wait for work. */
	public void end() {
		this.context = null;
	}

	/**
	 * Does work on this thread if the turn is held for a method; other work for it waits.
	 * @param context that of the call of the method, compared by identity
	 * @return whether it has been done
	 */
	public boolean run(Object context, Runnable work) {
		if (this.context != context) {
			return false; // without waiting for what others do
		}
		synchronized (this) {
			if (this.context != context) {
				return false;
			}
			work.run();
			return true;
		}
	}

}

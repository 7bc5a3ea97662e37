package io.rivetevents.limit;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import reactor.core.scheduler.Scheduler;

/**
 * The calls of one client that have not been answered, by their ids, so that it can
 * cancel them. Safe for use by several threads.
 */
public final class PendingCalls {

	private final Map<Long, PendingCall> calls = new ConcurrentHashMap<>(2);

	void begin(long id, PendingCall call) {
		this.calls.put(id, call);
	}

	void end(long id, PendingCall call) {
		this.calls.remove(id, call);
	}

	/**
	 * Returns how many calls have not been answered.
	 */
	public int size() {
		return this.calls.size();
	}

	/**
	 * Cancels a call; without effect if it has been answered. One that waits will not run,
	 * from now on.
	 * @param id its id
	 * @param workers where one that runs is ended
	 */
	public void cancel(long id, Scheduler workers) {
		PendingCall call = this.calls.get(id);
		if (call != null) {
			call.cancel(workers);
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit.call;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import reactor.core.scheduler.Scheduler;

/**
 * The unanswered calls of one client, by their ids, so that the client can cancel them.
 * Safe for use by several threads.
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
	 * Returns the number of unanswered calls.
	 */
	public int size() {
		return this.calls.size();
	}

	/**
	 * Cancels a call; no effect if it was answered. A waiting call is not run any more.
	 * @param id its id
	 * @param workers scheduler on which a running call is ended
	 */
	public void cancel(long id, Scheduler workers) {
		PendingCall call = this.calls.get(id);
		if (call != null) {
			call.cancel(workers);
		}
	}

}

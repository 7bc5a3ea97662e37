/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer.ActionRequest;

/**
 * The calls of one client that were sent to the actor and are not answered yet. Those
 * with an idempotency key are kept, so that they can be sent again. Of the others only
 * the ids are kept: the actor answers each call, also one for which it has no room. Used
 * by one thread at a time.
 */
final class UnansweredCalls {

	/**
	 * Most bytes of calls that are kept; a call for which there is no room is not sent
	 * again.
	 */
	static final long MAX_BYTES = 1024 * 1024;

	private final Map<Long, Call> calls = new LinkedHashMap<>(0);

	private long bytes;

	/**
	 * Calls with one id.
	 *
	 * @param repeatable the call, {@code null} if it must not be sent again
	 * @param count number of calls; more than one only if a client uses an id twice
	 */
	private record Call(@Nullable ActionRequest repeatable, int count) {

		long bytes() {
			return (this.repeatable != null) ? MessageWeight.of(this.repeatable) : 0;
		}

	}

	/** Adds a call that is about to be sent. A one-way call has no answer. */
	void add(ActionRequest request) {
		if (request.options().oneWay()) {
			return;
		}
		Call present = this.calls.get(request.id());
		Call call = new Call((present == null) ? repeatable(request) : null,
				(present != null) ? present.count() + 1 : 1);
		this.bytes += call.bytes() - ((present != null) ? present.bytes() : 0);
		this.calls.put(request.id(), call);
	}

	private @Nullable ActionRequest repeatable(ActionRequest request) {
		return (request.options().idempotencyKey() != null && this.bytes + MessageWeight.of(request) <= MAX_BYTES)
				? request : null;
	}

	/**
	 * Removes a call that is answered.
	 * @return whether it was unanswered
	 */
	boolean answer(long id) {
		Call call = this.calls.get(id);
		if (call == null) {
			return false;
		}
		if (call.count() > 1) {
			this.calls.put(id, new Call(call.repeatable(), call.count() - 1));
		}
		else {
			this.calls.remove(id);
			this.bytes -= call.bytes();
		}
		return true;
	}

	/**
	 * Removes the calls that must not be sent again.
	 * @return their ids, in the order of the calls
	 */
	List<Long> takeLost() {
		List<Long> lost = new ArrayList<>();
		Iterator<Map.Entry<Long, Call>> all = this.calls.entrySet().iterator();
		while (all.hasNext()) {
			Map.Entry<Long, Call> each = all.next();
			if (each.getValue().repeatable() == null) {
				for (int i = 0; i < each.getValue().count(); i++) {
					lost.add(each.getKey());
				}
				all.remove();
			}
		}
		return lost;
	}

	/** Removes and returns the calls that can be sent again, in their order. */
	List<ActionRequest> takeRepeatable() {
		List<ActionRequest> repeatable = new ArrayList<>();
		for (Call call : this.calls.values()) {
			if (call.repeatable() != null) {
				repeatable.add(call.repeatable());
			}
		}
		repeatable.forEach((request) -> answer(request.id()));
		return repeatable;
	}

	void clear() {
		this.calls.clear();
		this.bytes = 0;
	}

}

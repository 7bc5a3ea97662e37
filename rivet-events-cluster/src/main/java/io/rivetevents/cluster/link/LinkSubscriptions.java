/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;

/**
 * The subscriptions of one client, as its gateway reads them from the messages in both
 * directions. Used by one thread at a time. The actor limits their number and size: a
 * request that it rejects is removed again.
 */
final class LinkSubscriptions {

	/**
	 * Most bytes of requests without an answer; beyond that only the last one for each
	 * event is kept.
	 */
	private static final long MAX_BYTES = 1024 * 1024;

	private final boolean answered;

	private final Map<String, SubscriptionRequest> present = new LinkedHashMap<>(0);

	/** Requests without an answer, in their order. */
	private final List<SubscriptionRequest> requested = new ArrayList<>(0);

	/** Bytes of these requests. */
	private long bytes;

	/**
	 * Creates subscriptions.
	 * @param answered whether the actor answers each request, as in the extended mode;
	 * without that, a request counts at once
	 */
	LinkSubscriptions(boolean answered) {
		this.answered = answered;
	}

	/**
	 * Replaces the subscriptions with those of a connect.
	 * @param requested the subscriptions that were requested
	 * @param refused names of the events that were rejected
	 */
	void connected(Collection<SubscriptionRequest> requested, Set<String> refused) {
		this.present.clear();
		requested.stream()
			.filter((each) -> !refused.contains(each.eventName()))
			.forEach((each) -> this.present.put(each.eventName(), each));
	}

	/** Notes a request that is about to be sent. */
	void request(SubscriptionRequest request) {
		if (this.answered) {
			if (this.bytes > MAX_BYTES) {
				remove(request.eventName());
			}
			this.bytes += MessageWeight.of(request);
			this.requested.add(request);
		}
		else {
			apply(request);
		}
	}

	private void apply(SubscriptionRequest request) {
		if (request.subscribe()) {
			this.present.put(request.eventName(), request);
		}
		else {
			this.present.remove(request.eventName());
		}
	}

	/**
	 * Notes the answer to a request. A rejection without a request ends a subscription
	 * that the actor no longer permits.
	 * @param event name of the event
	 * @param subscribe the request
	 * @param refused whether it was rejected
	 */
	void answer(String event, boolean subscribe, boolean refused) {
		for (SubscriptionRequest request : this.requested) {
			if (request.eventName().equals(event) && request.subscribe() == subscribe) {
				this.bytes -= MessageWeight.of(request);
				this.requested.remove(request);
				if (!refused) {
					apply(request);
				}
				return;
			}
		}
		if (refused) {
			refuse(event);
		}
	}

	/** Notes that a request has not begun. */
	void withdraw(SubscriptionRequest request) {
		if (this.requested.remove(request)) {
			this.bytes -= MessageWeight.of(request);
		}
	}

	/** Removes the earlier requests for an event: only the last one is answered then. */
	private void remove(String event) {
		this.requested.removeIf((request) -> {
			boolean same = request.eventName().equals(event);
			this.bytes -= same ? MessageWeight.of(request) : 0;
			return same;
		});
	}

	/** Notes that the actor has rejected a subscription without an answer. */
	void refuse(String event) {
		this.present.remove(event);
	}

	/** Returns the subscriptions. */
	List<SubscriptionRequest> present() {
		return new ArrayList<>(this.present.values());
	}

	/** Removes and returns the requests without an answer, in their order. */
	List<SubscriptionRequest> takeRequested() {
		List<SubscriptionRequest> requested = List.copyOf(this.requested);
		this.requested.clear();
		this.bytes = 0;
		return requested;
	}

}

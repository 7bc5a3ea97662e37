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

import io.rivetevents.protocol.ToServer.SubscriptionRequest;

/**
 * The subscriptions of one client, as its gateway reads them from the messages in both
 * directions. Used by one thread at a time. The actor limits their number and size: a
 * request that it rejects is removed again.
 */
final class LinkSubscriptions {

	private final boolean answered;

	private final Map<String, SubscriptionRequest> present = new LinkedHashMap<>(0);

	/** Requests without an answer, the last one of each event. */
	private final Map<String, SubscriptionRequest> requested = new LinkedHashMap<>(0);

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
			this.requested.put(request.eventName(), request);
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
	 * Notes the answer to a request.
	 * @param event name of the event
	 * @param subscribe the request
	 * @param refused whether it was rejected
	 */
	void answer(String event, boolean subscribe, boolean refused) {
		SubscriptionRequest request = this.requested.get(event);
		if (request == null || request.subscribe() != subscribe) {
			return;
		}
		this.requested.remove(event);
		if (!refused) {
			apply(request);
		}
	}

	/** Notes that the actor has rejected a subscription without an answer. */
	void refuse(String event) {
		this.present.remove(event);
	}

	/** Returns the subscriptions. */
	List<SubscriptionRequest> present() {
		return new ArrayList<>(this.present.values());
	}

	/** Returns the requests without an answer, in their order. */
	List<SubscriptionRequest> requested() {
		return new ArrayList<>(this.requested.values());
	}

}

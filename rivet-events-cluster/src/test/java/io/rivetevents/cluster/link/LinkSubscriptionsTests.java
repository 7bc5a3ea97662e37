/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.rivetevents.protocol.ToServer.SubscriptionRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link LinkSubscriptions}.
 */
class LinkSubscriptionsTests {

	private static final SubscriptionRequest SUBSCRIBE = new SubscriptionRequest("said", true);

	private static final SubscriptionRequest UNSUBSCRIBE = new SubscriptionRequest("said", false);

	private final LinkSubscriptions subscriptions = new LinkSubscriptions(true);

	/** A client that moves in between is subscribed, and receives what it has missed. */
	@Test
	void notesTheAnswerToARequestThatALaterOneFollows() {
		this.subscriptions.connected(List.of(), Set.of());
		this.subscriptions.request(SUBSCRIBE);
		this.subscriptions.request(UNSUBSCRIBE);
		this.subscriptions.answer("said", true, false);
		assertThat(this.subscriptions.present()).containsExactly(SUBSCRIBE);
		assertThat(this.subscriptions.takeRequested()).containsExactly(UNSUBSCRIBE);
		assertThat(this.subscriptions.takeRequested()).isEmpty();
	}

	@Test
	void repeatsRequestsWithoutAnAnswerInTheirOrder() {
		this.subscriptions.request(SUBSCRIBE);
		this.subscriptions.request(UNSUBSCRIBE);
		this.subscriptions.request(SUBSCRIBE);
		assertThat(this.subscriptions.takeRequested()).containsExactly(SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE);
	}

	@Test
	void keepsTheLastRequestForAnEventIfTooManyWait() {
		SubscriptionRequest large = new SubscriptionRequest("x".repeat(2 * 1024 * 1024), true);
		this.subscriptions.request(large);
		this.subscriptions.request(SUBSCRIBE);
		this.subscriptions.request(UNSUBSCRIBE);
		assertThat(this.subscriptions.takeRequested()).containsExactly(large, UNSUBSCRIBE);
	}

}

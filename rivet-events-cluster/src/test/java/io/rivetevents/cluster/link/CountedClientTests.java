/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.Outbound;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.OutgoingMessage;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts the subscriptions of a client whose requests wait for answers.
 */
class CountedClientTests {

	private static final Position POSITION = new Position("epoch", 1);

	private static final ToClient.Error ERROR = new ToClient.Error("a", "b", "c", null, null, null);

	private static final ToServer.SubscriptionRequest SUBSCRIBE = new ToServer.SubscriptionRequest("said", true);

	private static final ToServer.SubscriptionRequest UNSUBSCRIBE = new ToServer.SubscriptionRequest("said", false);

	private final Limits limits = new Limits(LimitSettings.DEFAULTS);

	private final CountedClient client = new CountedClient(Outbound.NONE, this.limits.connect(null, false));

	private void open(String... events) {
		StreamRequest options = new StreamRequest(
				Stream.of(events).map((event) -> new ToServer.SubscriptionRequest(event, true)).toList(), null,
				StreamRequest.StreamProof.NEW, "stream", "secret", null, null, Duration.ofSeconds(10));
		assertThat(this.client.open(ConnectRequest.extended(null, new Identity(() -> "ada", null), options))).isNull();
	}

	private void answer(boolean subscribe, boolean refused) {
		this.client.send(OutgoingMessage
			.of(new ToClient.SubscriptionResponse("said", subscribe, POSITION, refused ? ERROR : null)));
	}

	private void assertCounted(ToServer.SubscriptionRequest... requests) {
		assertThat(this.limits.subscriptions().used())
			.isEqualTo(Stream.of(requests).mapToLong(MessageWeight::of).sum());
	}

	@Test
	void aRefusalIsOfTheOldestRequest() {
		open();
		for (ToServer.SubscriptionRequest request : List.of(SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE)) {
			assertThat(this.client.accepts(request)).isTrue();
		}
		answer(true, true);
		assertCounted(SUBSCRIBE);
		answer(false, false);
		assertCounted(SUBSCRIBE);
		answer(true, false);
		assertCounted(SUBSCRIBE);
		this.client.end();
		assertCounted();
	}

	@Test
	void theSubscriptionBeforeTwoRefusedOnesStays() {
		open("said");
		ToServer.SubscriptionRequest tagged = new ToServer.SubscriptionRequest("said", true, Set.of("a longer tag"));
		assertThat(this.client.accepts(tagged)).isTrue();
		assertThat(this.client.accepts(tagged)).isTrue();
		assertCounted(tagged);
		answer(true, true);
		answer(true, true);
		assertCounted(SUBSCRIBE);
	}

	@Test
	void theLastOfThreeIsRefused() {
		open();
		List.of(SUBSCRIBE, UNSUBSCRIBE, SUBSCRIBE).forEach(this.client::accepts);
		answer(true, false);
		answer(false, false);
		assertCounted(SUBSCRIBE);
		answer(true, true);
		assertCounted();
	}

	@Test
	void aRefusalWithoutARequestEndsTheSubscription() {
		open("said");
		answer(true, true);
		assertCounted();
		this.client.accepts(SUBSCRIBE);
		assertCounted(SUBSCRIBE);
	}

	@Test
	void aRefusalOfTheConnectIsNotOfALaterRequest() {
		open("said");
		this.client.accepts(SUBSCRIBE);
		this.client.send(OutgoingMessage.of(new ToClient.Welcome("actor", "connection", POSITION, "stream", "secret",
				new ToClient.ResumeOutcome(ToClient.ResumeOutcome.Kind.FRESH, 0, null), 0, null, Map.of("said", ERROR),
				false)));
		assertCounted(SUBSCRIBE);
		answer(true, true);
		assertCounted();
	}

}

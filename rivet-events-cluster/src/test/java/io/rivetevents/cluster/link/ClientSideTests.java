/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

class ClientSideTests {

	private static final ToServer.ActionRequest CALL = new ToServer.ActionRequest(3, "think", List.of());

	private static final ToServer.ActionRequest ONE_WAY = new ToServer.ActionRequest(4, "think", List.of(),
			new ToServer.CallOptions(true, null, null));

	private final OutboundQueue queue = new OutboundQueue(Encoding.JSON, new OutboundQueue.Limits(1000, 1000),
			(waiting) -> {
			});

	private final ClientSide client = new ClientSide(ConnectRequest.stateful(null, new Identity(() -> "ada", null)),
			this.queue, new LinkCounters());

	@Test
	void aCallThatHasNotBegunIsSentAgain() {
		this.client.sent(CALL);
		assertThat(this.client.withdraw(CALL)).isTrue();
		this.client.loseCalls();
		assertThat(this.queue.isEmpty()).isTrue();
	}

	/** The node has returned it too late. */
	@Test
	void aCallWhoseOutcomeIsUnknownToItsClientIsNotSentAgain() {
		this.client.sent(CALL);
		this.client.loseCalls();
		assertThat(this.queue.isEmpty()).isFalse();
		assertThat(this.client.withdraw(CALL)).isFalse();
	}

	@Test
	void aOneWayCallIsSentAgain() {
		this.client.sent(ONE_WAY);
		this.client.loseCalls();
		assertThat(this.client.withdraw(ONE_WAY)).isTrue();
	}

}

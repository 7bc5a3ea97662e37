/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import java.util.List;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.outbound.MovedClient;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.ToServer;

/**
 * A client of this node whose actor leaves it: from now on it has a link.
 *
 * @param link its link
 * @param client its outbound path
 * @param request its request
 * @param subscriptions its subscriptions
 */
record AdoptedClient(RemoteLink link, CountedClient client, ConnectRequest request,
		List<SubscriptionRequest> subscriptions) implements MovedClient {

	/** A client whose socket is closed. */
	static final MovedClient GONE = new MovedClient() {

		@Override
		public void giveBack(ToServer message) {
		}

		@Override
		public void end(CloseReason reason) {
		}

	};

	@Override
	public void giveBack(ToServer message) {
		this.link.giveBack(LinkOwner.HERE, message);
	}

	@Override
	public void end(CloseReason reason) {
		RivetException refusal = this.client.open(this.request, this.subscriptions);
		if (refusal != null) {
			this.client.close(refusal.closeReason());
		}
		else if (!reason.equals(CloseReason.of(ErrorCode.RESTARTING))) {
			this.client.close(reason);
		}
		this.link.left();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import org.jgroups.Address;
import org.jgroups.LongMessage;
import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.UFC;

/**
 * Credits for each pair of nodes. The request for credits of a blocked sender stays
 * behind its frames. {@link UFC} lets the request overtake them, so that a receiver that
 * does not handle its frames grants new credits all the same, and its memory fills.
 */
final class OrderedFlowControl extends UFC {

	OrderedFlowControl() {
		setId(ClassConfigurator.getProtocolId(UFC.class));
	}

	@Override
	protected void sendCreditRequest(Address dest, long credits) {
		Message request = new LongMessage(dest, credits).putHeader(this.id, getCreditRequestHeader())
			.setFlag(Message.TransientFlag.DONT_BLOCK);
		this.down_prot.down(request);
	}

}

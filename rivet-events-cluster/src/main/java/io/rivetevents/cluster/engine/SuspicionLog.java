/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.engine;

import java.util.Collection;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.stack.Protocol;

/**
 * Logs nodes that a failure detector suspects, before they receive a question. A node
 * that answers stays in the view, and there is no other trace of the suspicion.
 */
final class SuspicionLog extends Protocol {

	private static final Log logger = LogFactory.getLog(JGroupsEngine.class);

	@Override
	public Object up(Event event) {
		if (event.getType() == Event.SUSPECT) {
			Collection<Address> suspects = event.getArg();
			suspects.forEach((node) -> logger.info(
					"Node %s (%s) is suspected: its connection is closed, or it has sent nothing for a while. It is removed unless it answers"
						.formatted(JGroupsEngine.name(node), node)));
		}
		return super.up(event);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.link;

import reactor.core.scheduler.Scheduler;

import io.rivetevents.cluster.frame.FrameSender;
import io.rivetevents.cluster.membership.Membership;

/**
 * What the links of a node share.
 *
 * @param membership who owns an address
 * @param frames sends frames, also to this node
 * @param requests asks the owner of an address, also this node
 * @param timers runs what is due
 * @param times how long to wait
 */
record LinkContext(Membership membership, FrameSender frames, NodeRequests requests, Scheduler timers,
		LinkTimes times) {
}

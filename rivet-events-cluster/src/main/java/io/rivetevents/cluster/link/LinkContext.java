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
 * @param membership which node owns an address
 * @param frames sends frames, also to this node
 * @param requests sends requests to the owner of an address, also to this node
 * @param timers runs what is due
 * @param times how long to wait
 * @param counters counts what happens
 */
record LinkContext(Membership membership, FrameSender frames, NodeRequests requests, Scheduler timers, LinkTimes times,
		LinkCounters counters) {
}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.node;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

import reactor.core.scheduler.Scheduler;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.LinkSettings;

/**
 * The node that a client in memory connects to.
 *
 * @param services services of all links of the node
 * @param settings times and limits of links
 * @param queue limits of the queue of each link
 * @param threads makes the thread of a link of an executor: delayed tasks are passed on
 * in the time of the test
 * @param workers run the tasks of links
 */
public record LinkHost(LinkServices services, LinkSettings settings, OutboundQueue.Limits queue,
		Function<Executor, ScheduledExecutorService> threads, Scheduler workers) {
}

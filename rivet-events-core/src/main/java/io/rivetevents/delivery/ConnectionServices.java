/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.delivery;

import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.explain.DeliveryRecorder;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.CallerScope;

/**
 * Shared by all connections of a node.
 *
 * @param targets shared with all targets of events
 * @param interceptors intercept outgoing events, in their order
 * @param observers observers of connections
 * @param timers clock and scheduler of timeouts; must not be blocked
 * @param workers scheduler for code that runs after the answer of a client; may be
 * blocked
 * @param bursts batches of wake-ups
 * @param limits limits for clients
 * @param callers scope of application code that runs for a client
 * @param deliveries records the deliveries, {@code null} if they are not recorded
 */
public record ConnectionServices(TargetServices targets, List<OutboundInterceptor> interceptors, Observers observers,
		Scheduler timers, Scheduler workers, WakeupBatches bursts, Limits limits, CallerScope callers,
		@Nullable DeliveryRecorder deliveries) {

	public ConnectionServices {
		interceptors = List.copyOf(interceptors);
	}

	/**
	 * Creates services without a record of deliveries.
	 */
	public ConnectionServices(TargetServices targets, List<OutboundInterceptor> interceptors, Observers observers,
			Scheduler timers, Scheduler workers, WakeupBatches bursts, Limits limits, CallerScope callers) {
		this(targets, interceptors, observers, timers, workers, bursts, limits, callers, null);
	}

	/** Converts values. */
	public ValueMapper mapper() {
		return this.targets.mapper();
	}

}

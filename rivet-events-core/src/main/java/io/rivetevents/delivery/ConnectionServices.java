package io.rivetevents.delivery;

import java.util.List;

import reactor.core.scheduler.Scheduler;

import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.limit.Limits;
import io.rivetevents.observation.Observers;
import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.scheduling.CallerScope;

/**
 * What all connections of a node share.
 *
 * @param mapper converts values
 * @param contracts the contracts that are implemented
 * @param interceptors see events on their way out, in their order
 * @param observers receive what happens to connections
 * @param timers tells the time and ends what takes too long; never blocked
 * @param workers where what follows the answer of a client runs; may be blocked
 * @param bursts what threads do at a stretch
 * @param limits bounds of what clients may take
 * @param callers go around what the application does for a client
 * @param transactions tells whether a thread without a transaction may be in a reactive
 * one
 */
public record ConnectionServices(ValueMapper mapper, EventContracts contracts, List<OutboundInterceptor> interceptors,
		Observers observers, Scheduler timers, Scheduler workers, WakeupBatches bursts, Limits limits,
		CallerScope callers, ReactiveTransactions transactions) {

	public ConnectionServices {
		interceptors = List.copyOf(interceptors);
	}

}

package io.rivetevents.actor;

import java.time.Clock;
import java.util.List;

import reactor.core.scheduler.Scheduler;

import io.rivetevents.connection.CallerScope;
import io.rivetevents.connection.ConnectionSupport;
import io.rivetevents.protocol.ValueMapper;

/**
 * What all instances of a node share.
 *
 * @param store where they are kept while they sleep
 * @param workers where turns run; may be blocked
 * @param clock dates what is told of instances
 * @param connections what connections share
 * @param interceptors go around what clients want, in their order
 * @param observer is told what happens
 * @param contracts knows what clients are built against
 */
public record ActorRuntime(ActorStateStore store, Scheduler workers, Clock clock, ConnectionSupport connections,
		List<InboundInterceptor> interceptors, ActorObserver observer, ContractFingerprints contracts) {

	public ActorRuntime {
		store = new ScopedStateStore(store, connections.callers());
		interceptors = List.copyOf(interceptors);
	}

	/** Converts values. */
	ValueMapper mapper() {
		return this.connections.mapper();
	}

	/** Go around what the application does for a client. */
	CallerScope callers() {
		return this.connections.callers();
	}

	/** Tells the time and ends what takes too long; never blocked. */
	Scheduler timers() {
		return this.connections.timers();
	}

}

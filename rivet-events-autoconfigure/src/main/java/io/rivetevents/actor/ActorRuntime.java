package io.rivetevents.actor;

import java.time.Clock;

import reactor.core.scheduler.Scheduler;

import io.rivetevents.protocol.ValueMapper;

/**
 * What all instances of a node share.
 *
 * @param store where they are kept while they sleep
 * @param mapper converts values
 * @param workers where turns run; may be blocked
 * @param timers tells the time and ends what takes too long; never blocked
 * @param clock dates what is told of instances
 */
public record ActorRuntime(ActorStateStore store, ValueMapper mapper, Scheduler workers, Scheduler timers,
		Clock clock) {
}

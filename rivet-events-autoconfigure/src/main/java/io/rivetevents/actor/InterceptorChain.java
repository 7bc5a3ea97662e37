package io.rivetevents.actor;

import java.time.Duration;
import java.util.List;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;

/**
 * The interceptors, one around the other.
 */
final class InterceptorChain {

	private final List<InboundInterceptor> interceptors;

	private final Scheduler timers;

	private final Scheduler workers;

	InterceptorChain(ActorRuntime runtime) {
		this.interceptors = runtime.interceptors();
		this.timers = runtime.timers();
		this.workers = runtime.workers();
	}

	/**
	 * Go through the interceptors.
	 * @param inbound what a client wants
	 * @param limit time limit that they share with what comes last
	 * @param onTimeout what is told when it has passed
	 * @param last what comes last
	 */
	Mono<Object> around(Inbound inbound, Duration limit, ErrorCode onTimeout, InboundInterceptor.Next last) {
		if (this.interceptors.isEmpty()) {
			return last.proceed(inbound);
		}
		List<InboundInterceptor> wanted = this.interceptors.stream()
			.filter((interceptor) -> interceptor.supports(inbound))
			.toList();
		if (wanted.isEmpty()) {
			return last.proceed(inbound);
		}
		InboundInterceptor.Next next = last;
		for (int i = wanted.size() - 1; i >= 0; i--) {
			InboundInterceptor interceptor = wanted.get(i);
			InboundInterceptor.Next inner = next;
			next = (current) -> Mono.defer(() -> interceptor.intercept(current, inner).cast(Object.class));
		}
		return next.proceed(inbound)
			.timeout(limit, Mono.error(() -> new RivetException(onTimeout)), this.timers)
			.publishOn(this.workers);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.call;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.failure.Guarded;
import io.rivetevents.observation.CallContext;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.scheduling.CallerScope;

/**
 * The interceptors of one instance, nested in their order.
 */
public final class InterceptorChain {

	private final CalledInstance instance;

	private final List<InboundInterceptor> interceptors;

	private final CallerScope callers;

	private final Scheduler timers;

	/**
	 * Creates the chain.
	 * @param instance instance of the requests
	 * @param interceptors the interceptors, outermost first
	 * @param callers scopes of the callers
	 * @param timers scheduler for timeouts
	 */
	public InterceptorChain(CalledInstance instance, List<InboundInterceptor> interceptors, CallerScope callers,
			Scheduler timers) {
		this.instance = instance;
		this.interceptors = interceptors;
		this.callers = callers;
		this.timers = timers;
	}

	/** Whether there are no interceptors. */
	boolean isEmpty() {
		return this.interceptors.isEmpty();
	}

	/** Returns whether an interceptor supports a request. */
	public boolean wants(Inbound inbound) {
		return !isEmpty() && !wanted(inbound).isEmpty();
	}

	private List<InboundInterceptor> wanted(Inbound inbound) {
		return Guarded.call(() -> this.callers.call(inbound.caller(),
				() -> this.interceptors.stream().filter((interceptor) -> interceptor.supports(inbound)).toList()));
	}

	/**
	 * Time limit for the interceptors of one request.
	 *
	 * @param time the time; the innermost call has its own limit
	 * @param onTimeout error code after the timeout
	 */
	public record Limit(Duration time, ErrorCode onTimeout) {
	}

	/** Returns the time limit of connection requests other than actions. */
	public Limit hookLimit() {
		return new Limit(this.instance.type().settings().connectionHookTimeout(), ErrorCode.CALLBACK_TIMED_OUT);
	}

	/**
	 * Calls the interceptors. The innermost call runs on a worker in a turn: in the
	 * current turn, which is held until everything has ended, or in a new turn if it is
	 * interleaved.
	 * @param inbound request of a client
	 * @param limit time limit for the interceptors
	 * @param interleave whether other turns may run in the meantime
	 * @param last the innermost call
	 */
	public Mono<Object> around(Inbound inbound, Limit limit, boolean interleave, InboundInterceptor.Next last) {
		if (isEmpty()) {
			return last.proceed(inbound);
		}
		return Mono.defer(() -> {
			List<InboundInterceptor> wanted = wanted(inbound);
			if (wanted.isEmpty()) {
				return last.proceed(inbound);
			}
			Mono<Object> result = Mono.create((sink) -> {
				InterceptorRun passage = new InterceptorRun(sink, limit, this.timers, this.instance.workers());
				Mono<Object> passing = chain(wanted,
						(current) -> passage.proceed(() -> last.proceed(current), reentry(interleave)))
					.proceed(inbound);
				passage.run(CallContext.carried(sink.contextView()).around(passing));
			});
			return interleave ? inNewTurn(result) : result;
		});
	}

	private Mono<Object> inNewTurn(Mono<Object> result) {
		return this.instance.inNewTurn(result.map(Optional::of).defaultIfEmpty(Optional.empty()))
			.flatMap(Mono::justOrEmpty);
	}

	private InterceptorRun.Reentry reentry(boolean interleave) {
		return interleave ? this.instance::startInNewTurn : (last) -> last.subscribeOn(this.instance.workers());
	}

	private InboundInterceptor.Next chain(List<InboundInterceptor> interceptors, InboundInterceptor.Next last) {
		InboundInterceptor.Next next = last;
		for (int i = interceptors.size() - 1; i >= 0; i--) {
			InboundInterceptor interceptor = interceptors.get(i);
			InboundInterceptor.Next inner = next;
			next = (current) -> this.callers.later(current.caller(),
					() -> Guarded.defer(() -> interceptor.intercept(current, inner).cast(Object.class)));
		}
		return next;
	}

}

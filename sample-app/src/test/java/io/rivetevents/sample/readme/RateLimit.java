/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.readme;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

import io.rivetevents.error.UserError;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;

// tag::interceptors
@Component
@Order(1)
class Logging implements InboundInterceptor {

	private static final Log logger = LogFactory.getLog(Logging.class);

	@Override
	public Mono<?> intercept(Inbound inbound, Next next) {
		long start = System.nanoTime();
		return next.proceed(inbound)
			.doOnTerminate(() -> logger.debug("%s %s of %s took %d µs".formatted(inbound.kind(), inbound.name(),
					inbound.actor(), TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start))));
	}

}

@Component
@Order(2)
class RateLimit implements InboundInterceptor {

	private final Map<String, Integer> bids = new ConcurrentHashMap<>();

	@Override
	public boolean supports(Inbound inbound) {
		return inbound.actor().name().equals("auction") && inbound.name().equals("bid");
	}

	@Override
	public Mono<?> intercept(Inbound inbound, Next next) {
		String bidder = (inbound.principal() != null) ? inbound.principal().getName() : "guests";
		boolean tooMany = this.bids.merge(bidder, 1, Integer::sum) > 100;
		return tooMany ? Mono.error(new UserError("too_many_bids", "100 bids a minute are enough"))
				: next.proceed(inbound);
	}

	@Scheduled(fixedRate = 1, timeUnit = TimeUnit.MINUTES)
	void startMinute() {
		this.bids.clear();
	}

}

@Component
class Audit implements OutboundInterceptor {

	private static final Log logger = LogFactory.getLog(Audit.class);

	@Override
	public boolean supports(String actor, String event) {
		return actor.equals("auction") && event.equals("sold");
	}

	@Override
	public OutboundEvent intercept(OutboundEvent event) {
		logger.info("%s learns that %s".formatted(event.connection().principal(), event.args()));
		return event;
	}

}
// end::interceptors

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.lang.reflect.Proxy;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.delivery.Users;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

class HandshakeTests {

	private static final Duration TIMEOUT = Duration.ofMinutes(5);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final Limits limits = Limits.defaults();

	@Test
	void timesOutByTheTimersOfTheNode() {
		Handshake handshake = new Handshake(ConnectionAuthenticator.NONE, Users.PLAIN, false, this.limits, TIMEOUT,
				this.timers, () -> false, AuthenticationExpiry.NONE, null);
		StepVerifier.create(handshake.ownerOf(request()))
			.then(() -> this.timers.advanceTimeBy(TIMEOUT))
			.expectErrorSatisfies((ex) -> assertThat(((RivetException) ex).code())
				.isEqualTo(ErrorCode.AUTHENTICATION_TIMED_OUT.code()))
			.verify(Duration.ofSeconds(10));
		assertThat(this.limits.hits().count(Limit.HELLO_TIMEOUT)).isOne();
	}

	/** A request whose user is never found. */
	private static HandshakeRequest request() {
		return (HandshakeRequest) Proxy.newProxyInstance(HandshakeTests.class.getClassLoader(),
				new Class<?>[] { HandshakeRequest.class },
				(self, method, args) -> method.getName().equals("principal") ? Mono.never() : null);
	}

}

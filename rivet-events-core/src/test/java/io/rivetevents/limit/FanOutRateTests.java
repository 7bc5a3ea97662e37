/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class FanOutRateTests {

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

	private final Limits limits = new Limits(
			LimitSettings.DEFAULTS.withRates(new LimitSettings.Rates(new LimitSettings.Rate(0, 0, 100),
					LimitSettings.Rate.NONE, LimitSettings.Rate.NONE, new LimitSettings.Rate(0, 0, 1000))),
			this.nanos::get);

	private static Identity identity(String owner) {
		return new Identity((Principal) null, owner, null, null);
	}

	private ClientUsage connect(String owner) {
		ClientUsage usage = this.limits.connect(null, false);
		assertThat(usage.identify(identity(owner))).isNull();
		return usage;
	}

	private void advance(Duration time) {
		this.nanos.addAndGet(time.toNanos());
	}

	@Test
	void rejectsCallsUntilTheDeliveriesAreWithinTheRate() {
		ClientUsage ada = connect("ada");
		ada.deliver(100);
		assertThat(ada.call()).isNull();
		ada.deliver(150);
		assertThat(ada.call())
			.isEqualTo(new RateExcess(Limit.PRINCIPAL_FAN_OUT_RATE, 100, 10_000_000, Duration.ofMillis(1500)));
		assertThat(connect("ada").call()).isNotNull();
		assertThat(connect("bob").call()).isNull();
		advance(Duration.ofMillis(1500));
		assertThat(ada.call()).isNull();
		assertThat(this.limits.hits().count(Limit.PRINCIPAL_FAN_OUT_RATE)).isEqualTo(2);
	}

	@Test
	void limitsTheDeliveriesOfAllClients() {
		for (int i = 0; i < 11; i++) {
			connect("user" + i).deliver(100);
		}
		assertThat(connect("ada").call()).isNotNull().extracting(RateExcess::limit).isEqualTo(Limit.NODE_FAN_OUT_RATE);
	}

	@Test
	void rejectsRequestsOfAUserThatHasDisconnected() {
		ClientUsage ada = connect("ada");
		ada.deliver(300);
		ada.close();
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.limits.visit(identity("ada"), 1, "action"))
			.satisfies((ex) -> assertThat(ex.metadata()).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("channel", "limits.principal.fan-out-rate")
				.containsEntry("retryAfter", 2001L));
	}

	@Test
	void hasTheDelayOfAnErrorInSeconds() {
		RivetException ex = new RateExcess(Limit.NODE_FAN_OUT_RATE, 1, 1, Duration.ofMillis(2500)).toError();
		assertThat(RateExcess.retrySeconds(ex)).isEqualTo(3);
		JsonNode ofOtherNode = JsonNodeFactory.instance.objectNode().put("retryAfter", 2000);
		assertThat(RateExcess.retrySeconds(new RivetException(ErrorCode.OVERLOADED, "", ofOtherNode))).isEqualTo(2);
		assertThat(RateExcess.retrySeconds(new RivetException(ErrorCode.OVERLOADED))).isZero();
		assertThat(RateExcess.retrySeconds(new RivetException(ErrorCode.OVERLOADED, "", "soon"))).isZero();
	}

	@Test
	void rejectsCallsForAtMostAnHour() {
		ClientUsage ada = connect("ada");
		for (int i = 0; i < 10; i++) {
			ada.deliver(Integer.MAX_VALUE);
		}
		assertThat(ada.call()).isNotNull().extracting(RateExcess::delay).isEqualTo(Duration.ofHours(1));
	}

	@Test
	void doesNotLimitDeliveriesByDefault() {
		assertThat(connect("ada").limitsDeliveries()).isTrue();
		ClientUsage other = new Limits(LimitSettings.DEFAULTS).connect(null, false);
		assertThat(other.limitsDeliveries()).isFalse();
		other.deliver(Integer.MAX_VALUE);
		assertThat(other.call()).isNull();
	}

}

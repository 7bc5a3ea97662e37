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

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReceiveRateTests {

	private final AtomicLong nanos = new AtomicLong();

	private Limits limits(long principal, long node) {
		return new Limits(LimitSettings.DEFAULTS.withRates(new LimitSettings.Rates(bytes(principal),
				LimitSettings.Rate.NONE, LimitSettings.Rate.NONE, bytes(node))), this.nanos::get);
	}

	private static LimitSettings.Rate bytes(long perSecond) {
		return new LimitSettings.Rate(0, perSecond, 0);
	}

	private static Identity identity(String owner) {
		return new Identity((Principal) null, owner, null, null);
	}

	private static ClientUsage connect(Limits limits, String owner) {
		ClientUsage usage = limits.connect(null, false);
		assertThat(usage.identify(identity(owner))).isNull();
		return usage;
	}

	@Test
	void countsTheBytesOfAllMessagesOfAUser() {
		Limits limits = limits(1000, 0);
		assertThat(connect(limits, "ada").receive(400, true)).isNull();
		ClientUsage second = connect(limits, "ada");
		assertThat(second.receive(600, true)).isNull();
		assertThat(second.receive(100, true))
			.isEqualTo(new RateExcess(Limit.PRINCIPAL_RECEIVE_RATE, 1000, 100_000_000, Duration.ofMillis(100)));
		assertThat(limits.hits().count(Limit.PRINCIPAL_RECEIVE_RATE)).isEqualTo(1);
		assertThat(connect(limits, "bob").receive(1000, true)).isNull();
		this.nanos.addAndGet(Duration.ofMillis(100).toNanos());
		assertThat(second.receive(100, true)).isNull();
	}

	@Test
	void acceptsAMessageLargerThanTheBurstWhenTheBurstIsAvailable() {
		ClientUsage usage = connect(limits(1000, 0), "ada");
		assertThat(usage.receive(5000, true)).isNull();
		assertThat(usage.receive(1, true)).isNotNull().extracting(RateExcess::delay).isEqualTo(Duration.ofMillis(4001));
		this.nanos.addAndGet(Duration.ofMillis(4999).toNanos());
		assertThat(usage.receive(5000, true)).isNotNull().extracting(RateExcess::delay).isEqualTo(Duration.ofMillis(1));
		this.nanos.addAndGet(Duration.ofMillis(1).toNanos());
		assertThat(usage.receive(5000, true)).isNull();
	}

	@Test
	void acceptsMessagesWithoutAnAnswerWithinAFurtherBurst() {
		ClientUsage usage = connect(limits(1000, 0), "ada");
		assertThat(usage.receive(1000, true)).isNull();
		assertThat(usage.receive(1, true)).isNotNull();
		assertThat(usage.receive(1000, false)).isNull();
		assertThat(usage.receive(1, false)).isNotNull();
	}

	@Test
	void countsTheBytesOfRequests() {
		Limits limits = limits(0, 1000);
		limits.receive(identity("ada"), 1000);
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> limits.receive(identity("bob"), 500))
			.satisfies((ex) -> assertThat(ex.metadata()).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("channel", "limits.node.receive-rate")
				.containsEntry("retryAfter", 501L));
		assertThat(limits.usage().shares(Share.Kind.PRINCIPAL).size()).isZero();
	}

	@Test
	void acceptsAnyNumberOfBytesByDefault() {
		ClientUsage usage = connect(new Limits(LimitSettings.DEFAULTS), "ada");
		for (int i = 0; i < 100; i++) {
			assertThat(usage.receive(Integer.MAX_VALUE, true)).isNull();
		}
	}

	@Test
	void closesAClientThatContinuesToSendTooMuch() {
		ClientUsage usage = connect(limits(1000, 0), "ada");
		assertThat(usage.receive(1000, true)).isNull();
		int rejected = 0;
		RateExcess excess = usage.receive(1000, true);
		while (excess != null && !usage.isFlooding(excess)) {
			rejected++;
			excess = usage.receive(1000, true);
		}
		assertThat(rejected).isEqualTo(30);
	}

}

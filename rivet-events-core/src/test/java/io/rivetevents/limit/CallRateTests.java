/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class CallRateTests {

	/** Close to the end of the range, which {@code System.nanoTime()} may pass. */
	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1000);

	private final InetAddress address = address();

	private static InetAddress address() {
		try {
			return InetAddress.getByName("192.0.2.7");
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void advance(Duration time) {
		this.nanos.addAndGet(time.toNanos());
	}

	private Limits limits(int principal, int tenant, int address, int node) {
		return new Limits(
				LimitSettings.DEFAULTS
					.withRates(new LimitSettings.Rates(calls(principal), calls(tenant), calls(address), calls(node))),
				this.nanos::get, (identity) -> "red");
	}

	private static LimitSettings.Rate calls(int perSecond) {
		return new LimitSettings.Rate(perSecond, 0, 0);
	}

	private Identity identity(@Nullable String owner) {
		return new Identity((Principal) null, owner, null, this.address);
	}

	private ClientUsage connect(Limits limits, @Nullable String owner) {
		ClientUsage usage = limits.connect(this.address, false);
		assertThat(usage.identify(identity(owner))).isNull();
		return usage;
	}

	private static int calls(ClientUsage usage, int most) {
		int calls = 0;
		while (calls < most && usage.call() == null) {
			calls++;
		}
		return calls;
	}

	@Test
	void permitsABurstOfOneSecondAndThenTheRate() {
		Rate rate = new Rate(Limit.NODE_CALL_RATE, 4, Rate.SECOND, this.nanos.get());
		for (int i = 0; i < 4; i++) {
			assertThat(rate.take(1, 1, this.nanos.get())).isNull();
		}
		assertThat(rate.take(1, 1, this.nanos.get()))
			.isEqualTo(new RateExcess(Limit.NODE_CALL_RATE, 4, 250_000_000, Duration.ofMillis(250)));
		advance(Duration.ofMillis(100));
		assertThat(rate.take(1, 1, this.nanos.get()))
			.isEqualTo(new RateExcess(Limit.NODE_CALL_RATE, 4, 250_000_000, Duration.ofMillis(150)));
		advance(Duration.ofMillis(150));
		assertThat(rate.take(1, 1, this.nanos.get())).isNull();
		assertThat(rate.take(1, 1, this.nanos.get())).isNotNull();
		advance(Duration.ofHours(1));
		for (int i = 0; i < 4; i++) {
			assertThat(rate.take(1, 1, this.nanos.get())).isNull();
		}
		assertThat(rate.take(1, 1, this.nanos.get())).isNotNull();
	}

	@Test
	void countsExactlyWhenThreadsRace() throws InterruptedException {
		Rate rate = new Rate(Limit.NODE_CALL_RATE, 10_000, Rate.SECOND, this.nanos.get());
		AtomicInteger taken = new AtomicInteger();
		CountDownLatch ready = new CountDownLatch(4);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		for (int i = 0; i < 4; i++) {
			threads.execute(() -> {
				ready.countDown();
				for (int j = 0; j < 5000; j++) {
					if (rate.take(1, 1, this.nanos.get()) == null) {
						taken.incrementAndGet();
					}
				}
			});
		}
		threads.shutdown();
		assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
		assertThat(taken).hasValue(10_000);
	}

	@Test
	void permitsAnyNumberOfCallsByDefault() {
		ClientUsage usage = connect(new Limits(LimitSettings.DEFAULTS), "ada");
		assertThat(calls(usage, 100_000)).isEqualTo(100_000);
	}

	@Test
	void countsACallInEachRateOrInNone() {
		Limits limits = limits(3, 5, 7, 9);
		ClientUsage ada = connect(limits, "ada");
		ClientUsage bob = connect(limits, "bob");
		assertThat(calls(ada, 100)).isEqualTo(3);
		assertThat(ada.call()).isNotNull().extracting(RateExcess::limit).isEqualTo(Limit.PRINCIPAL_CALL_RATE);
		assertThat(calls(bob, 100)).isEqualTo(2);
		assertThat(bob.call()).isNotNull().extracting(RateExcess::limit).isEqualTo(Limit.TENANT_CALL_RATE);
		ClientUsage stranger = limits.connect(this.address, false);
		assertThat(calls(stranger, 100)).isEqualTo(2);
		assertThat(stranger.call()).isNotNull().extracting(RateExcess::limit).isEqualTo(Limit.ADDRESS_CALL_RATE);
		ClientUsage local = limits.connect(null, false);
		assertThat(calls(local, 100)).isEqualTo(2);
		assertThat(local.call()).isNotNull().extracting(RateExcess::limit).isEqualTo(Limit.NODE_CALL_RATE);
		assertThat(limits.hits().count(Limit.NODE_CALL_RATE)).isEqualTo(2);
	}

	@Test
	void limitsAUserWhoConnectsAgain() {
		Limits limits = limits(3, 0, 0, 0);
		for (int i = 0; i < 3; i++) {
			limits.visit(identity("ada"), 1, "action").close();
		}
		assertThatExceptionOfType(RivetException.class).isThrownBy(() -> limits.visit(identity("ada"), 1, "action"))
			.satisfies((ex) -> assertThat(ex.metadata()).asInstanceOf(InstanceOfAssertFactories.MAP)
				.containsEntry("channel", "limits.principal.call-rate")
				.containsEntry("retryAfter", 334L));
		ClientUsage usage = connect(limits, "ada");
		assertThat(usage.call()).isNotNull();
		usage.close();
		advance(Duration.ofMillis(334));
		assertThat(connect(limits, "ada").call()).isNull();
	}

	@Test
	void forgetsUsersWhoseRateIsFull() {
		Limits limits = limits(1, 0, 0, 0);
		for (int i = 0; i < 5000; i++) {
			limits.visit(identity("user" + i), 1, "action").close();
		}
		assertThat(limits.usage().shares(Share.Kind.PRINCIPAL).size()).isEqualTo(5000);
		advance(Duration.ofSeconds(1));
		for (int i = 0; i < 10_000; i++) {
			limits.visit(identity("later" + i), 1, "action").close();
			advance(Duration.ofSeconds(1));
		}
		assertThat(limits.usage().shares(Share.Kind.PRINCIPAL).size()).isLessThan(5000);
	}

	@Test
	void closesAClientThatSendsMoreThanTenTimesTheRateForSeconds() {
		ClientUsage usage = connect(limits(10, 0, 0, 0), "ada");
		assertThat(calls(usage, 100)).isEqualTo(10);
		int tenths = 0;
		while (tenths < 100 && !floods(usage, 20)) {
			advance(Duration.ofMillis(100));
			tenths++;
		}
		assertThat(tenths).isBetween(25, 40);
		ClientUsage other = connect(limits(10, 0, 0, 0), "bob");
		for (int i = 0; i < 1000; i++) {
			assertThat(floods(other, 10)).isFalse();
			advance(Duration.ofMillis(100));
		}
	}

	private static boolean floods(ClientUsage usage, int calls) {
		for (int i = 0; i < calls; i++) {
			RateExcess excess = usage.call();
			if (excess != null && usage.isFlooding(excess)) {
				return true;
			}
		}
		return false;
	}

}

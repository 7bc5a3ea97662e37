/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

class LimitWarningsTests {

	private static final LimitSettings DEFAULTS = LimitSettings.DEFAULTS;

	private final AtomicLong nanos = new AtomicLong();

	private final List<String> warnings = new ArrayList<>();

	private Limits limits(LimitSettings.Rates rates) {
		LimitSettings settings = new LimitSettings(DEFAULTS.connection(), DEFAULTS.instance(),
				new LimitSettings.Share(10, 10, 10, 10), DEFAULTS.tenant(), DEFAULTS.address(), DEFAULTS.node(),
				List.of(), DEFAULTS.times(), rates);
		Limits limits = new Limits(settings, this.nanos::get);
		limits.onWarning(this::add);
		return limits;
	}

	private void add(Limit limit, String ownerKind, @Nullable String owner, long used, long max) {
		this.warnings.add("%s %s %s %d %d".formatted(limit.property(), ownerKind, owner, used, max));
	}

	private static Identity identity(String owner) {
		return new Identity((Principal) null, owner, null, null);
	}

	private static ClientUsage connect(Limits limits, String owner) {
		ClientUsage usage = limits.connect(null, false);
		usage.identify(identity(owner));
		return usage;
	}

	@Test
	void reportsAnOwnerThatUsesFourFifths() {
		Limits limits = limits(LimitSettings.Rates.NONE);
		for (int i = 0; i < 7; i++) {
			connect(limits, "ada");
		}
		assertThat(this.warnings).isEmpty();
		ClientUsage usage = connect(limits, "ada");
		assertThat(this.warnings).containsExactly("limits.principal.connections principal ada 8 10");
		for (int i = 0; i < 10; i++) {
			connect(limits, "ada");
			usage.begin(1);
			usage.subscribe(1);
			limits.create(identity("ada"));
		}
		assertThat(this.warnings).containsExactly("limits.principal.connections principal ada 8 10",
				"limits.principal.calls principal ada 8 10", "limits.principal.subscriptions principal ada 8 10",
				"limits.principal.instances principal ada 8 10");
	}

	@Test
	void reportsAnOwnerOnceAMinute() {
		Limits limits = limits(LimitSettings.Rates.NONE);
		ClientUsage usage = connect(limits, "ada");
		for (int i = 0; i < 8; i++) {
			usage.begin(1);
		}
		for (int i = 0; i < 3; i++) {
			usage.end(1, true);
			usage.begin(1);
			assertThat(this.warnings).hasSize(1);
			this.nanos.addAndGet(Duration.ofSeconds(20).toNanos());
		}
		usage.end(1, true);
		usage.begin(1);
		assertThat(this.warnings).hasSize(2);
	}

	@Test
	void reportsExceededRates() {
		Limits limits = limits(new LimitSettings.Rates(new LimitSettings.Rate(2, 0, 0), LimitSettings.Rate.NONE,
				LimitSettings.Rate.NONE, new LimitSettings.Rate(0, 100, 0)));
		ClientUsage usage = connect(limits, "ada");
		for (int i = 0; i < 4; i++) {
			usage.call();
			usage.receive(50, true);
		}
		assertThat(this.warnings).containsExactly("limits.principal.call-rate principal ada 2 2",
				"limits.node.receive-rate node null 100 100");
	}

	@Test
	void reportsAtMostAThousandOwnersAMinute() {
		Limits limits = limits(LimitSettings.Rates.NONE);
		report(limits, "early", 1500);
		assertThat(this.warnings).hasSize(1000);
		this.nanos.addAndGet(Duration.ofMinutes(1).toNanos());
		report(limits, "late", 500);
		assertThat(this.warnings).hasSize(1500);
	}

	private static void report(Limits limits, String name, int owners) {
		for (int i = 0; i < owners; i++) {
			ClientUsage usage = connect(limits, name + i);
			for (int j = 0; j < 8; j++) {
				usage.begin(1);
			}
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.limit;

import java.security.Principal;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.rivetevents.extension.Identity;

import static org.assertj.core.api.Assertions.assertThat;

class LargestUsesTests {

	private final Limits limits = new Limits(
			LimitSettings.DEFAULTS.withRates(new LimitSettings.Rates(new LimitSettings.Rate(0, 100, 10),
					LimitSettings.Rate.NONE, LimitSettings.Rate.NONE, new LimitSettings.Rate(50, 0, 0))),
			() -> 0);

	private ClientUsage connect(String owner) {
		ClientUsage usage = this.limits.connect(null, false);
		usage.identify(new Identity((Principal) null, owner, null, null));
		return usage;
	}

	private List<LimitUse> of(Limit limit, int most) {
		return this.limits.largest(most).stream().filter((use) -> use.limit() == limit).toList();
	}

	@Test
	void hasTheOwnersThatUseMost() {
		for (int owner = 1; owner <= 5; owner++) {
			for (int i = 0; i < owner; i++) {
				connect("user" + owner);
			}
		}
		int max = this.limits.settings().principal().connections();
		assertThat(of(Limit.PRINCIPAL_CONNECTIONS, 2)).containsExactly(
				new LimitUse(Limit.PRINCIPAL_CONNECTIONS, "user5", 5, max),
				new LimitUse(Limit.PRINCIPAL_CONNECTIONS, "user4", 4, max));
		assertThat(of(Limit.NODE_CONNECTIONS, 2)).singleElement().satisfies((use) -> {
			assertThat(use.owner()).isNull();
			assertThat(use.used()).isEqualTo(15);
		});
		assertThat(of(Limit.PRINCIPAL_SUBSCRIPTIONS, 2)).isEmpty();
	}

	@Test
	void hasTheUseOfRates() {
		ClientUsage ada = connect("ada");
		ada.call();
		ada.receive(40, true);
		ada.deliver(35);
		List<LimitUse> rates = new ArrayList<>(this.limits.largest(10));
		rates.removeIf((use) -> !use.limit().isRate());
		assertThat(rates).containsExactly(new LimitUse(Limit.PRINCIPAL_RECEIVE_RATE, "ada", 40, 100),
				new LimitUse(Limit.PRINCIPAL_FAN_OUT_RATE, "ada", 35, 10),
				new LimitUse(Limit.NODE_CALL_RATE, null, 1, 50));
	}

}

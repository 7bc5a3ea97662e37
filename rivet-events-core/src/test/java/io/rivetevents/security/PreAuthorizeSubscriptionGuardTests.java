/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.expression.method.DefaultMethodSecurityExpressionHandler;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.contract.reflect.EventMethod;
import io.rivetevents.conversion.ValueMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Where a security annotation may stand, and for what it holds.
 */
class PreAuthorizeSubscriptionGuardTests {

	private static final Authentication USER = new TestingAuthenticationToken("ada", "ada", "ROLE_USER");

	private static final Authentication ADMIN = new TestingAuthenticationToken("root", "root", "ROLE_USER",
			"ROLE_ADMIN");

	private final PreAuthorizeSubscriptionGuard guard = new PreAuthorizeSubscriptionGuard(new SecurityRules(
			PreAuthorizeSubscriptionGuardTests::settings, SecurityContextHolder.getContextHolderStrategy()));

	private final EventContracts contracts = new EventContracts(new ValueMapper(new JsonMapper()));

	@Test
	void holdsForAllOfItsInterface() {
		for (String event : new String[] { "own", "common", "nested.inner", "shared.leaked" }) {
			assertDenied(event, USER);
			assertThatNoException().isThrownBy(() -> this.guard.check(event(event), ADMIN));
		}
	}

	@Test
	void countsOnTheMethodBeforeThatOfTheInterface() {
		assertThatNoException().isThrownBy(() -> this.guard.check(event("forUsers"), USER));
		assertDenied("forUsers", null);
	}

	@Test
	void countsTogetherOnNestedInterfaces() {
		assertDenied("auditors.read", ADMIN);
		assertThatNoException().isThrownBy(() -> this.guard.check(event("auditors.read"),
				new TestingAuthenticationToken("both", "both", "ROLE_ADMIN", "ROLE_AUDITOR")));
	}

	@Test
	void leavesTheRestAlone() {
		EventMethod open = this.contracts.of(Common.class).events().get(0);
		assertThat(this.guard.guards(open)).isFalse();
		assertThatNoException().isThrownBy(() -> this.guard.check(open, null));
	}

	@Test
	void looksForExpressionsOnceItHasSomethingToGuard() {
		AtomicInteger looks = new AtomicInteger();
		PreAuthorizeSubscriptionGuard lazy = new PreAuthorizeSubscriptionGuard(new SecurityRules(() -> {
			looks.incrementAndGet();
			return settings();
		}, SecurityContextHolder.getContextHolderStrategy()));
		lazy.guards(this.contracts.of(Common.class).events().get(0));
		assertThat(looks).hasValue(0);
		lazy.guards(event("own"));
		lazy.check(event("own"), ADMIN);
		assertThat(looks).hasValue(1);
	}

	private static SecurityRules.Settings settings() {
		return new SecurityRules.Settings(new DefaultMethodSecurityExpressionHandler(), null, "ROLE_", null,
				(bean) -> false);
	}

	private EventMethod event(String name) {
		EventMethod found = this.contracts.of(AdminEvents.class)
			.events()
			.stream()
			.filter((event) -> event.name().equals(name))
			.findFirst()
			.orElseThrow();
		assertThat(this.guard.guards(found)).isTrue();
		return found;
	}

	private void assertDenied(String event, Authentication who) {
		assertThatExceptionOfType(AccessDeniedException.class).isThrownBy(() -> this.guard.check(event(event), who));
	}

	interface Common {

		void common();

		interface Shared {

			void leaked();

		}

	}

	@PreAuthorize("hasRole('ADMIN')")
	interface AdminEvents extends Common {

		void own();

		@PreAuthorize("isAuthenticated()")
		void forUsers();

		interface Nested {

			void inner();

		}

		@PreAuthorize("hasRole('AUDITOR')")
		interface Auditors {

			void read();

		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ListeningSecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The context of a call is its own, with each kind of holder.
 */
class ThreadIdentityTests {

	private static final Authentication ADA = new TestingAuthenticationToken("ada", "");

	private static final Authentication LEAK = new TestingAuthenticationToken("leak", "");

	enum Holder {

		THREAD_LOCAL(() -> mode(SecurityContextHolder.MODE_THREADLOCAL)),
		INHERITED(() -> mode(SecurityContextHolder.MODE_INHERITABLETHREADLOCAL)),
		GLOBAL(() -> mode(SecurityContextHolder.MODE_GLOBAL)),
		LISTENING(() -> new ListeningSecurityContextHolderStrategy(mode(SecurityContextHolder.MODE_THREADLOCAL),
				(event) -> {
				})),
		OF_THE_APPLICATION(Simple::new);

		private final Supplier<SecurityContextHolderStrategy> strategy;

		Holder(Supplier<SecurityContextHolderStrategy> strategy) {
			this.strategy = strategy;
		}

	}

	private static SecurityContextHolderStrategy mode(String mode) {
		SecurityContextHolder.setStrategyName(mode);
		return SecurityContextHolder.getContextHolderStrategy();
	}

	@AfterEach
	void takeTheDefault() {
		SecurityContextHolder.clearContext();
		SecurityContextHolder.setStrategyName(SecurityContextHolder.MODE_THREADLOCAL);
		SecurityContextHolder.clearContext();
	}

	@ParameterizedTest
	@EnumSource
	void setsAndRestores(Holder kind) {
		SecurityContextHolderStrategy holder = kind.strategy.get();
		holder.setContext(new SecurityContextImpl(LEAK));
		SecurityContext before = holder.getContext();
		try (ThreadIdentity turn = ThreadIdentity.set(holder, null)) {
			assertThat(holder.getContext().getAuthentication()).isNull();
			try (ThreadIdentity call = ThreadIdentity.set(holder, ADA)) {
				assertThat(holder.getContext().getAuthentication()).isSameAs(ADA);
				holder.clearContext();
			}
			assertThat(holder.getContext().getAuthentication()).isNull();
			holder.setContext(new SecurityContextImpl(ADA));
		}
		assertThat(holder.getContext()).isSameAs(before);
		assertThat(before.getAuthentication()).isSameAs(LEAK);
	}

	@ParameterizedTest
	@EnumSource
	void removesWhatCodeHasLeft(Holder kind) {
		SecurityContextHolderStrategy holder = kind.strategy.get();
		for (Authentication caller : new Authentication[] { null, ADA }) {
			try (ThreadIdentity call = ThreadIdentity.set(holder, caller)) {
				holder.getContext().setAuthentication(LEAK);
				assertThat(holder.getContext().getAuthentication()).isSameAs(LEAK);
			}
			assertThat(holder.getContext().getAuthentication()).isNull();
			holder.getContext().setAuthentication(LEAK);
			ThreadIdentity.clear(holder);
			assertThat(holder.getContext().getAuthentication()).isNull();
		}
	}

	/** A task that was given the context of one call must not run as another caller. */
	@ParameterizedTest
	@EnumSource
	void sharesNoContextBetweenCalls(Holder kind) {
		SecurityContextHolderStrategy holder = kind.strategy.get();
		SecurityContext[] kept = Stream.generate(() -> {
			ThreadIdentity.clear(holder);
			try (ThreadIdentity turn = ThreadIdentity.set(holder, null)) {
				return Stream.of(holder.getContext(), ofCall(holder, null), ofCall(holder, ADA), ofCall(holder, ADA));
			}
		}).limit(3).flatMap((each) -> each).toArray(SecurityContext[]::new);
		assertThat(kept).usingElementComparator((one, other) -> (one == other) ? 0 : 1).doesNotHaveDuplicates();
	}

	private static SecurityContext ofCall(SecurityContextHolderStrategy holder, Authentication caller) {
		try (ThreadIdentity call = ThreadIdentity.set(holder, caller)) {
			return holder.getContext();
		}
	}

	/** A code that keeps the empty context from before could change it during a call. */
	@ParameterizedTest
	@EnumSource
	void doesNotRestoreWhatWasEmptyAndHasChanged(Holder kind) {
		SecurityContextHolderStrategy holder = kind.strategy.get();
		SecurityContext before = holder.getContext();
		try (ThreadIdentity call = ThreadIdentity.set(holder, ADA)) {
			before.setAuthentication(LEAK);
		}
		assertThat(holder.getContext().getAuthentication()).isNull();
	}

	/** Holders put each deferred context around the one they are given. */
	@ParameterizedTest
	@EnumSource
	void addsNothingWithEachCall(Holder kind) {
		SecurityContextHolderStrategy holder = kind.strategy.get();
		for (int i = 0; i < 100_000; i++) {
			try (ThreadIdentity turn = ThreadIdentity.set(holder, null)) {
				ThreadIdentity.set(holder, ADA).close();
			}
		}
		assertThat(holder.getContext().getAuthentication()).isNull();
	}

	/** Knows no deferred contexts. */
	private static final class Simple implements SecurityContextHolderStrategy {

		private SecurityContext context;

		@Override
		public void clearContext() {
			this.context = null;
		}

		@Override
		public SecurityContext getContext() {
			if (this.context == null) {
				this.context = createEmptyContext();
			}
			return this.context;
		}

		@Override
		public void setContext(SecurityContext context) {
			this.context = context;
		}

		@Override
		public SecurityContext createEmptyContext() {
			return new SecurityContextImpl();
		}

	}

}

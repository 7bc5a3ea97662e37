/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.delivery.RecordedRenewable;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;

import static org.assertj.core.api.Assertions.assertThat;

class UserRecheckTests {

	private static final Duration INTERVAL = Duration.ofMinutes(1);

	private static final CloseReason LOGGED_OUT = CloseReason.of(ErrorCode.LOGGED_OUT);

	private final VirtualTimeScheduler timers = VirtualTimeScheduler.create();

	private final OutboundRegistry registry = new OutboundRegistry();

	private final Map<String, UserDetails> users = new HashMap<>();

	private final List<String> lookups = new ArrayList<>();

	private @Nullable RuntimeException failure;

	private final UserRecheck recheck = new UserRecheck(this.registry, this::find, INTERVAL, this.timers);

	private final RecordedOutbound ada = connect(signIn("ada", "USER"));

	private final RecordedOutbound linus = connect(signIn("linus", "USER"));

	@BeforeEach
	void start() {
		this.recheck.start();
	}

	@AfterEach
	void stop() {
		this.recheck.stop();
	}

	@Test
	void checksEachUserOnceInAnInterval() {
		connect(signIn("ada", "USER"));
		this.timers.advanceTimeBy(INTERVAL.minusMillis(1));
		assertThat(this.lookups).isEmpty();
		this.timers.advanceTimeBy(Duration.ofMillis(1));
		assertThat(this.lookups).containsExactlyInAnyOrder("ada", "linus");
		assertThat(this.ada.closed()).isEmpty();
		assertThat(this.linus.closed()).isEmpty();
	}

	/** What has become of a user. */
	private enum Change {

		MISSING((user) -> null), DISABLED((user) -> user.disabled(true)), LOCKED((user) -> user.accountLocked(true)),
		EXPIRED((user) -> user.accountExpired(true)), OLD_PASSWORD((user) -> user.credentialsExpired(true)),
		RENAMED((user) -> user.username("adele"));

		private final UnaryOperator<User.@Nullable UserBuilder> change;

		Change(UnaryOperator<User.@Nullable UserBuilder> change) {
			this.change = change;
		}

	}

	@ParameterizedTest
	@EnumSource
	void closesTheConnectionsOfAUserThatMayNotSignIn(Change change) {
		User.UserBuilder changed = change.change.apply(User.withUserDetails(this.users.get("ada")));
		this.users.remove("ada");
		if (changed != null) {
			this.users.put("ada", changed.build());
		}
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.linus.closed()).isEmpty();
	}

	@Test
	void givesConnectionsThePresentAuthorities() {
		RecordedRenewable earlier = connected(signIn("grace", "USER"));
		RecordedRenewable later = connected(signIn("grace", "USER", "ADMIN"));
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(later.identities()).isEmpty();
		assertThat(earlier.identities()).singleElement().satisfies((identity) -> {
			assertThat(identity.owner()).isEqualTo("grace");
			assertThat(identity.sessionId()).isEqualTo("session");
			assertThat(identity.principal()).isInstanceOfSatisfying(UsernamePasswordAuthenticationToken.class,
					(user) -> {
						assertThat(authorities(user)).containsExactlyInAnyOrder("ROLE_USER", "ROLE_ADMIN");
						assertThat(user.getPrincipal()).isSameAs(this.users.get("grace"));
						assertThat(user.isAuthenticated()).isTrue();
					});
		});
	}

	@Test
	void keepsTheFactorsOfTheSignIn() {
		UserDetails user = User.withUsername("grace").password("").roles("USER").build();
		RecordedRenewable client = connected(UsernamePasswordAuthenticationToken.authenticated(user, null, List
			.of(FactorGrantedAuthority.fromAuthority("FACTOR_PASSWORD"), new SimpleGrantedAuthority("ROLE_USER"))));
		this.users.put("grace", User.withUserDetails(user).roles("GUEST").build());
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(client.identities()).singleElement()
			.satisfies((identity) -> assertThat(authorities((Authentication) identity.principal()))
				.containsExactlyInAnyOrder("FACTOR_PASSWORD", "ROLE_GUEST"));
	}

	@Test
	void closesAConnectionWhoseAuthenticationCannotHaveOtherAuthorities() {
		UserDetails user = userOf(signIn("grace", "USER"));
		RecordedOutbound own = connect(new OwnAuthentication(user));
		RecordedOutbound scoped = connect(UsernamePasswordAuthenticationToken.authenticated(user, null,
				AuthorityUtils.createAuthorityList("SCOPE_read")));
		signIn("grace", "ADMIN");
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(own.closed()).containsExactly(LOGGED_OUT);
		assertThat(scoped.closed()).containsExactly(LOGGED_OUT);
		assertThat(this.ada.closed()).isEmpty();
	}

	/** For example, that of OAuth 2 accepts no other class of users. */
	@Test
	void anAuthenticationThatCannotBeRebuiltDoesNotEndTheChecks() {
		RecordedOutbound own = connect(new OwnAuthentication(userOf(signIn("grace", "USER"))) {

			@Override
			public Builder<?> toBuilder() {
				throw new IllegalArgumentException("on purpose");
			}

		});
		signIn("grace", "ADMIN");
		this.users.remove("ada");
		this.users.remove("linus");
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(List.of(own, this.ada, this.linus)).extracting(RecordedOutbound::closed)
			.containsOnly(List.of(LOGGED_OUT));
	}

	/** A class of an application, which has no builder of its own. */
	private static class OwnAuthentication extends UsernamePasswordAuthenticationToken {

		private static final long serialVersionUID = 1;

		OwnAuthentication(UserDetails user) {
			super(user, null, user.getAuthorities());
		}

	}

	private static List<String> authorities(Authentication user) {
		return user.getAuthorities().stream().map(GrantedAuthority::getAuthority).toList();
	}

	@Test
	void leavesUsersOfOtherSourcesAlone() {
		RecordedOutbound token = connect(() -> "ada");
		RecordedOutbound anonymous = connect(null);
		this.users.clear();
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(token.closed()).isEmpty();
		assertThat(anonymous.closed()).isEmpty();
	}

	@Test
	void keepsConnectionsWhileTheServiceFails() {
		this.users.clear();
		this.failure = new IllegalStateException("on purpose");
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(this.ada.closed()).isEmpty();
		this.failure = null;
		this.timers.advanceTimeBy(INTERVAL);
		assertThat(this.ada.closed()).containsExactly(LOGGED_OUT);
	}

	private static UserDetails userOf(Principal signedIn) {
		return (UserDetails) ((Authentication) signedIn).getPrincipal();
	}

	private RecordedRenewable connected(Principal principal) {
		RecordedRenewable client = new RecordedRenewable();
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(principal, "session"));
		this.registry.register(request, new RecordedOutbound(request.connectionId()), null, client);
		return client;
	}

	private Principal signIn(String name, String... roles) {
		UserDetails user = User.withUsername(name).password("").roles(roles).build();
		this.users.put(name, user);
		return UsernamePasswordAuthenticationToken.authenticated(user, null, user.getAuthorities());
	}

	private RecordedOutbound connect(@Nullable Principal principal) {
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(principal, null));
		RecordedOutbound outbound = new RecordedOutbound(request.connectionId());
		this.registry.register(request, outbound);
		return outbound;
	}

	private Mono<UserDetails> find(String name) {
		return Mono.defer(() -> {
			this.lookups.add(name);
			return (this.failure != null) ? Mono.error(this.failure) : Mono.justOrEmpty(this.users.get(name));
		});
	}

}

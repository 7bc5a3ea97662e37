/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.security;

import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.security.core.userdetails.MapReactiveUserDetailsService;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.session.ReactiveSessionRepository;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;

import io.rivetevents.autoconfigure.RivetEventsAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsSecurityAutoConfiguration;
import io.rivetevents.autoconfigure.RivetEventsWebAutoConfiguration;
import io.rivetevents.security.UserRecheck;
import io.rivetevents.transport.session.ExtendingLookup;
import io.rivetevents.transport.session.SessionWatch;
import io.rivetevents.transport.session.SpringSessions;

import static org.assertj.core.api.Assertions.assertThat;

class EndOfRightsAutoConfigurationTests {

	private static final String RECHECK = "rivet.events.security.recheck-interval=1m";

	private static final String EXTEND = "rivet.events.security.extend-sessions=true";

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class, RivetEventsAutoConfiguration.class,
				RivetEventsSecurityAutoConfiguration.class, RivetEventsWebAutoConfiguration.class,
				RivetEventsSpringSessionAutoConfiguration.class));

	private final ReactiveWebApplicationContextRunner withUsers = this.contextRunner.withBean(
			ReactiveUserDetailsService.class,
			() -> new MapReactiveUserDetailsService(User.withUsername("ada").password("").roles("USER").build()));

	@Test
	void watchesSessionsAndChecksNoUsersByDefault() {
		this.withUsers.run((context) -> assertThat(context).hasSingleBean(SessionWatch.class)
			.hasSingleBean(SpringSessions.class)
			.doesNotHaveBean(UserRecheck.class)
			.doesNotHaveBean(ExtendingLookup.class));
	}

	@Test
	void checksUsersAtTheInterval() {
		this.withUsers.withPropertyValues(RECHECK)
			.run((context) -> assertThat(context).hasSingleBean(UserRecheck.class));
	}

	@Test
	void checksNoUsersWithoutAService() {
		this.contextRunner.withPropertyValues(RECHECK)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(UserRecheck.class));
	}

	@Test
	void watchesSessionsWithoutSpringSession() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ReactiveSessionRepository.class))
			.run((context) -> assertThat(context).hasSingleBean(SessionWatch.class)
				.doesNotHaveBean(SpringSessions.class));
	}

	@Test
	void extendsSessionsBesideSpringSession() {
		this.contextRunner.withPropertyValues(EXTEND)
			.withBean(WebSessionManager.class, DefaultWebSessionManager::new)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(SessionWatch.class)
				.hasSingleBean(ExtendingLookup.class));
	}

	@Test
	void stopsTheStartIfSessionsCannotBeExtended() {
		this.contextRunner.withPropertyValues(EXTEND)
			.withBean(WebSessionManager.class, () -> (exchange) -> Mono.empty())
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContainingAll("rivet.events.security.extend-sessions", "which has no store"));
	}

}

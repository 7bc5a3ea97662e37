/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableReactiveMethodSecurity;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.autoconfigure.ActorTest;

import static io.rivetevents.test.TestUser.user;

/** A slice of an application that enables the reactive method security. */
@ActorTest(ReactiveSecurityTests.Safe.class)
@Import({ ReactiveSecurityTests.Safe.class, ReactiveSecurityTests.Security.class })
class ReactiveSecurityTests {

	@Autowired
	private ActorTester tester;

	@Test
	void appliesTheRulesOfTheApplication() {
		this.tester.connect("safe", "a").as(user("ada").roles("ADMIN")).open().call("open").expectReply("gold");
		this.tester.connect("safe", "a").as(user("bob")).open().call("open").expectRefused().withCode("auth.forbidden");
	}

	@Actor("safe")
	static class Safe {

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		Mono<String> open() {
			return Mono.just("gold");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableReactiveMethodSecurity
	static class Security {

	}

}

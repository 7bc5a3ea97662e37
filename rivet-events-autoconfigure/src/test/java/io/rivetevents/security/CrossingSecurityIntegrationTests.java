/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The same tests with identities that are serialized between transports and actors.
 */
@SpringBootTest(classes = SecurityIntegrationTests.Application.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=50ms", CrossingRequests.PROPERTY + "=true" })
class CrossingSecurityIntegrationTests extends SecurityIntegrationTests {

	private static int before;

	@BeforeAll
	static void count() {
		before = CrossingRequests.count.get();
	}

	@AfterAll
	static void hasCrossed() {
		assertThat(CrossingRequests.count.get()).isGreaterThan(before + 10);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.test.kit;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.TestingAuthenticationToken;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;

import io.rivetevents.extension.AuthenticationExpiry;
import io.rivetevents.extension.ConnectionAuthenticator;
import io.rivetevents.test.ActorTester;
import io.rivetevents.test.ConnectSpec;
import io.rivetevents.test.TestConnection;
import io.rivetevents.test.autoconfigure.ActorTest;

/** The times at which connections whose credentials expire are closed. */
@ActorTest(Lounge.class)
@Import(ExpiryTests.Expiries.class)
class ExpiryTests {

	private static final Duration LIFETIME = Duration.ofMinutes(10);

	private static final Duration GRACE = Duration.ofSeconds(30);

	private static final Duration MOMENT = Duration.ofMillis(1);

	@Autowired
	private ActorTester tester;

	/** The result of slow credentials. */
	@Autowired
	private Sinks.One<Principal> checked;

	private ConnectSpec visitor(@Nullable Instant until) {
		return this.tester.connect(Lounge.class, "visits").as(new Visitor(until));
	}

	private Instant after(Duration time) {
		return this.tester.now().plus(time);
	}

	@Test
	void closesAConnectionAfterTheGrace() {
		TestConnection connection = visitor(after(LIFETIME)).open();
		this.tester.advance(LIFETIME.plus(GRACE).minus(MOMENT));
		connection.expectOpen();
		this.tester.advance(MOMENT);
		connection.expectClosed().withReason("auth.expired");
	}

	@Test
	void closesAPlainConnectionAtTheExpiry() {
		TestConnection connection = visitor(after(LIFETIME)).plainProtocol().open();
		this.tester.advance(LIFETIME.minus(MOMENT));
		connection.expectOpen();
		this.tester.advance(MOMENT);
		connection.expectClosed().withReason("auth.expired");
	}

	@Test
	void givesAConnectionWithOldCredentialsTheWholeGrace() {
		TestConnection connection = visitor(this.tester.now().minusSeconds(50)).open();
		this.tester.advance(GRACE.minus(MOMENT));
		connection.expectOpen();
		this.tester.advance(MOMENT);
		connection.expectClosed().withReason("auth.expired");
	}

	@Test
	void keepsAConnectionWhoseCredentialsDoNotExpire() {
		TestConnection never = visitor(null).open();
		TestConnection last = visitor(Instant.MAX).open();
		TestConnection plain = visitor(Instant.MAX).plainProtocol().open();
		TestConnection first = visitor(after(LIFETIME)).open();
		this.tester.advance(LIFETIME.plus(GRACE));
		first.expectClosed();
		never.expectOpen();
		last.expectOpen();
		plain.expectOpen();
	}

	@Test
	void renewsAConnectionWhoseTokenExpires() {
		TestConnection connection = visitor(null).open();
		connection.expireToken().authenticate(Map.of("name", "ada"));
		this.tester.advance(GRACE);
		connection.expectOpen();
		connection.expireToken();
		this.tester.advance(GRACE);
		connection.expectClosed().withReason("auth.expired");
	}

	@Test
	void doesNotProlongTheGraceByAnotherRequest() {
		TestConnection connection = visitor(null).open();
		connection.expireToken();
		this.tester.advance(GRACE.minus(MOMENT));
		connection.expireToken();
		connection.expectOpen();
		this.tester.advance(MOMENT);
		connection.expectClosed().withReason("auth.expired");
	}

	@Test
	void requestsNewerCredentialsThanThoseThatAreBeingChecked() {
		TestConnection connection = visitor(null).open();
		connection.authenticate(Map.of("slow", true));
		connection.expireToken();
		this.checked.tryEmitValue(new Visitor(null)).orThrow();
		this.tester.advance(GRACE);
		connection.expectClosed().withReason("auth.expired");
	}

	@Test
	void rejectsTheCredentialsOfAnotherUser() {
		TestConnection connection = visitor(null).open();
		connection.authenticate(Map.of("name", "bob"));
		connection.expectClosed().withReason("auth.identity_conflict");
	}

	static class Visitor extends TestingAuthenticationToken {

		private static final long serialVersionUID = 1;

		private final @Nullable Instant until;

		Visitor(@Nullable Instant until) {
			this("ada", until);
		}

		Visitor(String name, @Nullable Instant until) {
			super(name, "", "ROLE_VISITOR");
			this.until = until;
		}

	}

	@TestConfiguration(proxyBeanMethods = false)
	static class Expiries {

		@Bean
		AuthenticationExpiry visitorExpiry() {
			return (principal) -> untilOf(principal);
		}

		/** Another one, which finds none. */
		@Bean
		AuthenticationExpiry noExpiry() {
			return (principal) -> null;
		}

		@Bean
		Sinks.One<Principal> checked() {
			return Sinks.one();
		}

		@Bean
		ConnectionAuthenticator authenticator(Sinks.One<Principal> checked) {
			return new ConnectionAuthenticator() {

				@Override
				public Mono<Principal> authenticate(@Nullable JsonNode params) {
					return Mono.empty();
				}

				@Override
				public Mono<Principal> login(JsonNode credentials) {
					return credentials.has("slow") ? checked.asMono()
							: Mono.just(new Visitor(credentials.path("name").stringValue(), null));
				}

			};
		}

		private static @Nullable Instant untilOf(Principal principal) {
			return (principal instanceof Visitor visitor) ? visitor.until : null;
		}

	}

}

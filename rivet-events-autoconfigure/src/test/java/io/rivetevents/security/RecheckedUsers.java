/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.OnReauthenticate;
import io.rivetevents.connection.Connection;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Users whose roles change while they are connected, and what their clients see of it.
 */
final class RecheckedUsers {

	/** Of all nodes. */
	private static final Map<String, UserDetails> USERS = new ConcurrentHashMap<>();

	/** Most events until a client must have noticed a change. */
	private static final int EVENTS = 100_000;

	private final String base;

	/**
	 * Creates users of a server.
	 * @param base address of the actors
	 */
	RecheckedUsers(String base) {
		this.base = base;
	}

	/** Adds a user of no other test, and returns its name. */
	static String add(String... roles) {
		String name = "user-" + UUID.randomUUID();
		USERS.put(name, User.withUsername(name).password("{noop}secret").roles(roles).build());
		return name;
	}

	static void change(String name, UnaryOperator<User.UserBuilder> change) {
		USERS.compute(name, (key, user) -> change.apply(User.withUserDetails(user)).build());
	}

	private static HttpHeaders headers(String user) {
		HttpHeaders headers = new HttpHeaders();
		headers.setBasicAuth(user, "secret");
		return headers;
	}

	/** Connects a client of the extended mode to an instance. */
	TestClient connect(Encoding encoding, String user, String actor, String key, String... events) {
		List<ToServer.SubscriptionRequest> subscriptions = Stream.of(events)
			.map((event) -> new ToServer.SubscriptionRequest(event, true))
			.toList();
		ToServer.Hello hello = new ToServer.Hello(subscriptions, null, null, null, null, null);
		if (encoding == Encoding.EVENT_STREAM) {
			return TestStream.post(this.base, TestClient.query(actor, key, "sse"), hello, HttpHeaders.AUTHORIZATION,
					String.valueOf(headers(user).getFirst(HttpHeaders.AUTHORIZATION)));
		}
		TestSocket socket = TestSocket.open(this.base + TestSocket.query(actor, key), encoding, headers(user));
		socket.send(hello);
		return socket;
	}

	/** Connects as a RivetKit client does. */
	TestSocket connectPlain(String user, String actor, String key, String... events) {
		TestSocket socket = TestSocket.open(this.base + TestSocket.query(actor, key), Encoding.JSON, headers(user));
		socket.next(ToClient.Init.class);
		Stream.of(events).forEach(socket::subscribe);
		return socket;
	}

	static String call(TestClient client, String action) {
		client.call(1, action);
		return client.next("ActionResponse").text("output");
	}

	/**
	 * Says numbers until a client receives a message of another kind, and checks that it
	 * has received each number.
	 * @param client a client of the extended mode that has subscribed to {@code said}
	 * @param teller a client that says the numbers
	 */
	static Received tellUntil(TestClient client, TestClient teller, String tag) {
		for (int number = 1; number < EVENTS; number++) {
			teller.call(number, "say", number);
			Received found = null;
			Received next = client.nextExtended();
			while (!next.tag().equals("Event") || !next.text("name").equals("said")) {
				found = next.tag().equals(tag) ? next : found;
				next = client.nextExtended();
			}
			assertThat(next.value().get("args").get(0).intValue()).isEqualTo(number);
			if (found != null) {
				return found;
			}
		}
		throw new AssertionError("No %s came".formatted(tag));
	}

	/** The same for a RivetKit client, until it receives an error. */
	static ToClient.Error tellUntilError(TestSocket client, TestClient teller) {
		for (int number = 1; number < EVENTS; number++) {
			teller.call(number, "say", number);
			ToClient.Error found = null;
			ToClient next = client.next(ToClient.class);
			while (!(next instanceof ToClient.Event event) || !event.name().equals("said")) {
				found = (next instanceof ToClient.Error error) ? error : found;
				next = client.next(ToClient.class);
			}
			assertThat(event.args().get(0).intValue()).isEqualTo(number);
			if (found != null) {
				return found;
			}
		}
		throw new AssertionError("No error came");
	}

	@Actor("desk")
	static class Desk {

		private final Environment environment;

		Desk(Environment environment) {
			this.environment = environment;
		}

		@CreateConnState
		String createConnState() {
			return "new";
		}

		@OnReauthenticate
		void onReauthenticate(ActorContext<?, String> context) {
			context.conn().setState("renewed");
		}

		@CanSubscribe
		boolean canSubscribe(String event, Authentication user) {
			return !event.equals("secret")
					|| user.getAuthorities().stream().anyMatch((each) -> "ROLE_READER".equals(each.getAuthority()));
		}

		@Action
		public void say(ActorContext<?, ?> context, int number) {
			context.broadcast("secret", number);
			context.broadcast("said", number);
		}

		@Action
		public String state(Connection<String> connection) {
			return connection.state();
		}

		/** Returns the port of the node of the instance. */
		@Action
		public @Nullable String node() {
			return this.environment.getProperty("local.server.port");
		}

	}

	@Actor(value = "vault", access = "hasRole('READER')")
	static class Vault {

		@Action
		void open() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Desk.class, Vault.class })
	static class Application {

		/** Copies, because Spring Security erases the password. */
		@Bean
		ReactiveUserDetailsService users() {
			return (name) -> Mono.justOrEmpty(USERS.get(name)).map((user) -> User.withUserDetails(user).build());
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.httpBasic(Customizer.withDefaults())
				.formLogin(Customizer.withDefaults())
				.build();
		}

	}

}

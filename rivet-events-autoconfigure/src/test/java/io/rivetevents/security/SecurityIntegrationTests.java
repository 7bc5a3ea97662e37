/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.prepost.PostAuthorize;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.StringNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnConnect;
import io.rivetevents.connection.Connections;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestHttp;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * The identity of callers and denied access, on real sockets.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "rivet.events.websocket.rejection-delay=50ms")
class SecurityIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	@LocalServerPort
	private int port;

	@Autowired
	private Connections connections;

	@Autowired
	private Actors actors;

	@Autowired
	private OutboundRegistry registry;

	private String url;

	@BeforeEach
	void useFreshKey() {
		this.url = "http://localhost:%d/rivet%s".formatted(this.port,
				TestSocket.query("vault", "k" + KEYS.incrementAndGet()));
	}

	@Test
	void knowsTheUserOfTheHandshake() {
		try (TestSocket ada = open("ada")) {
			assertThat(call(ada, "whoByArgument")).isEqualTo("ada");
			assertThat(call(ada, "whoByAnnotation")).isEqualTo("ada");
			assertThat(call(ada, "whoByThread")).isEqualTo("ada");
			assertThat(call(ada, "whoByContext")).isEqualTo("ada");
		}
	}

	@Test
	void isAnonymousWithoutLogin() {
		try (TestSocket guest = open(null)) {
			assertThat(call(guest, "whoByArgument")).isEqualTo("nobody");
			assertThat(call(guest, "whoByThread")).isEqualTo("anonymousUser");
		}
	}

	@Test
	void deniesWhatPreAuthorizeDenies() {
		try (TestSocket ada = open("ada"); TestSocket admin = open("admin"); TestSocket guest = open(null)) {
			assertThat(call(admin, "adminOnly")).isEqualTo("gold");
			assertThat(call(admin, "adminOnlyLater")).isEqualTo("gold");
			assertForbidden(ada, "adminOnly");
			assertForbidden(ada, "adminOnlyLater");
			assertForbidden(guest, "adminOnly");
		}
	}

	@Test
	void deniesWhatPostAuthorizeDenies() {
		try (TestSocket ada = open("ada"); TestSocket admin = open("admin")) {
			assertThat(call(ada, "ownOnly", "ada")).isEqualTo("ada");
			assertForbidden(admin, "ownOnly", "ada");
		}
	}

	@Test
	void takesCredentialsFromConnectionParams() {
		try (TestSocket ada = TestSocket.open(this.url, Encoding.JSON, new HttpHeaders(),
				"rivet_conn_params.%7B%22token%22%3A%22ada%3Aada%22%7D")) {
			ada.next(ToClient.Init.class);
			assertThat(call(ada, "whoByThread")).isEqualTo("ada");
		}
	}

	@Test
	void refusesWrongCredentialsInConnectionParams() {
		TestSocket nobody = TestSocket.open(this.url, Encoding.JSON, new HttpHeaders(),
				"rivet_conn_params.%7B%22token%22%3A%22ada%3Awrong%22%7D");
		assertThat(nobody.next(ToClient.Error.class).code()).isEqualTo("invalid_credentials");
		assertThat(nobody.closed()).isEqualTo(new CloseStatus(1011, "auth.invalid_credentials"));
	}

	@Test
	void deniesInHooksToo() {
		TestSocket banned = open("banned", false);
		assertThat(banned.next(ToClient.Error.class).code()).isEqualTo("banned");
		assertThat(banned.closed()).isEqualTo(new CloseStatus(1011, "user.banned"));
	}

	@Test
	void letsThoseSubscribeWhomTheContractAllows() {
		try (TestSocket ada = open("ada"); TestSocket admin = open("admin"); TestSocket guest = open(null)) {
			for (TestSocket socket : List.of(ada, admin, guest)) {
				socket.subscribe("opened");
				socket.subscribe("audit.read");
				socket.subscribe("seen");
			}
			for (TestSocket socket : List.of(ada, guest)) {
				for (int i = 0; i < 2; i++) {
					ToClient.Error refusal = socket.next(ToClient.Error.class);
					assertThat(refusal.group() + "." + refusal.code()).isEqualTo("auth.forbidden");
					assertThat(refusal.actionId()).isNull();
				}
			}
			call(admin, "whoByArgument");
			admin.call(1, "tellAll");
			assertThat(admin.next(ToClient.Event.class).name()).isEqualTo("opened");
			assertThat(admin.next(ToClient.Event.class).name()).isEqualTo("audit.read");
			assertThat(admin.next(ToClient.Event.class).name()).isEqualTo("seen");
			// the connections of the refused callers are open
			assertThat(ada.next(ToClient.Event.class).name()).isEqualTo("seen");
			assertThat(guest.next(ToClient.Event.class).name()).isEqualTo("seen");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "everywhere", "here", "byName", "toUsers", "fromAnotherNode" })
	void asksForAGuardedEventWhateverTheActor(String way) {
		try (TestSocket ada = open("lobby", "ada");
				TestSocket admin = open("lobby", "admin");
				TestSocket guest = open("lobby", null)) {
			for (TestSocket socket : List.of(ada, admin, guest)) {
				socket.subscribe("opened");
				socket.subscribe("audit.read");
				socket.subscribe("seen");
			}
			for (TestSocket socket : List.of(ada, guest)) {
				assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("forbidden");
				assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("forbidden");
			}
			call(admin, "act");
			tellAll(way);
			this.connections.here().broadcast(VaultEvents.class).seen();
			assertThat(admin.next(ToClient.Event.class).name()).isEqualTo("opened");
			assertThat(admin.next(ToClient.Event.class).name()).isEqualTo("seen");
			assertThat(ada.next(ToClient.Event.class).name()).isEqualTo("seen");
			assertThat(guest.next(ToClient.Event.class).name()).isEqualTo("seen");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "everywhere", "here", "byName", "toUsers", "fromAnotherNode" })
	void leavesAnActorItsOwnEventOfTheSameName(String way) {
		try (TestSocket ada = open("market", "ada");
				TestSocket admin = open("market", "admin");
				TestSocket guest = open("market", null)) {
			List<TestSocket> all = List.of(ada, admin, guest);
			for (TestSocket socket : all) {
				socket.subscribe("opened");
				call(socket, "act");
			}
			tellAll(way);
			admin.call(1, "open");
			assertThat(opened(admin)).isEqualTo("vault");
			for (TestSocket socket : all) {
				assertThat(opened(socket)).isEqualTo("market");
			}
		}
	}

	private static String opened(TestSocket socket) {
		ToClient.Event event = socket.next(ToClient.Event.class);
		assertThat(event.name()).isEqualTo("opened");
		return event.args().get(0).stringValue();
	}

	private void tellAll(String way) {
		switch (way) {
			case "everywhere" -> this.connections.everywhere().broadcast(VaultEvents.class).opened("vault");
			case "here" ->
				this.connections.here().where((connection) -> true).broadcast(VaultEvents.class).opened("vault");
			case "byName" -> this.connections.everywhere().broadcast("opened", "vault");
			case "toUsers" -> {
				this.connections.user("ada").broadcast(VaultEvents.class).opened("vault");
				this.connections.user("admin").broadcast(VaultEvents.class).opened("vault");
			}
			default -> this.registry.members()
				.dispatch(new AddressedEvent(Selection.ALL, true, "opened", List.of(StringNode.valueOf("vault")),
						Set.of(), false));
		}
	}

	@Test
	void sendsNoGuardedEventOfWhichNobodyWasAsked() {
		try (TestSocket guest = open("lobby", null)) {
			guest.subscribe("whispered");
			guest.subscribe("shouted");
			assertThat(call(guest, "act")).isEqualTo("done");
			assertThatIllegalStateException()
				.isThrownBy(() -> this.connections.everywhere().broadcast(Undeclared.class).whispered("x"))
				.withMessageContaining("Undeclared");
			assertThatIllegalStateException()
				.isThrownBy(() -> this.connections.user("ada").broadcast(Undeclared.class).whispered("x"));
			guest.call(1, "whisper");
			assertThat(guest.next(ToClient.Error.class).code()).isEqualTo("internal_error");
			this.connections.everywhere().broadcast(Undeclared.class).shouted("x");
			assertThat(guest.next(ToClient.Event.class).name()).isEqualTo("shouted");
			this.connections.everywhere().send(Undeclared.class).whispered("x"); // to all
			assertThat(guest.next(ToClient.Event.class).name()).isEqualTo("whispered");
		}
	}

	@Test
	void sendsToTheConnectionsOfAUser() {
		try (TestSocket ada = open("ada"); TestSocket tab = open("ada"); TestSocket admin = open("admin")) {
			assertThat(this.connections.sendToUser("ada", "notice", "hi").queued()).isEqualTo(2);
			assertThat(ada.next(ToClient.Event.class).args().get(0).stringValue()).isEqualTo("hi");
			assertThat(tab.next(ToClient.Event.class).args().get(0).stringValue()).isEqualTo("hi");
			assertThat(call(admin, "whoByArgument")).isEqualTo("admin");
		}
	}

	@Test
	void guardsAnActorBehindAnInterface() {
		ActorHandle safe = this.actors.getOrCreate(Safe.class, "k");
		assertThat(safe.call("free", String.class).block()).isEqualTo("state");
		assertThat(catchThrowableOfType(RivetException.class, () -> safe.call("guarded", String.class).block()).code())
			.isEqualTo("forbidden");
	}

	private TestSocket open(@Nullable String user) {
		return open(user, true);
	}

	private TestSocket open(String actor, @Nullable String user) {
		this.url = this.url.replace("/vault/", "/" + actor + "/");
		return open(user, true);
	}

	private TestSocket open(@Nullable String user, boolean welcome) {
		TestSocket socket = TestSocket.open(this.url, Encoding.JSON, TestHttp.headers(user));
		if (welcome) {
			socket.next(ToClient.Init.class);
		}
		return socket;
	}

	private static String call(TestSocket socket, String action, Object... args) {
		socket.call(1, action, args);
		return socket.next(ToClient.ActionResponse.class).output().stringValue();
	}

	private static void assertForbidden(TestSocket socket, String action, Object... args) {
		socket.call(1, action, args);
		ToClient.Error error = socket.next(ToClient.Error.class);
		assertThat(error.group() + "." + error.code() + " " + error.message()).isEqualTo("auth.forbidden Forbidden");
	}

	interface VaultEvents {

		@PreAuthorize("hasRole('ADMIN')")
		void opened(String by);

		void seen();

		@PreAuthorize("hasRole('ADMIN')")
		interface Audit {

			void read();

		}

	}

	@Actor(name = "vault", events = VaultEvents.class)
	static class Vault {

		@Action
		void tellAll(ActorContext<?, ?> c) {
			c.broadcast(VaultEvents.class).opened("admin");
			c.broadcast(VaultEvents.Audit.class).read();
			c.broadcast(VaultEvents.class).seen();
		}

		@OnConnect
		void welcome(@Nullable Authentication authentication) {
			if (authentication != null && authentication.getName().equals("banned")) {
				throw new UserError("banned", "Go away");
			}
		}

		@Action
		String whoByArgument(@Nullable Authentication authentication) {
			return (authentication != null) ? authentication.getName() : "nobody";
		}

		@Action
		String whoByAnnotation(@AuthenticationPrincipal(expression = "username") String name) {
			return name;
		}

		@Action
		String whoByThread() {
			Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
			return (authentication != null) ? authentication.getName() : "nobody";
		}

		@Action
		Mono<String> whoByContext() {
			return ReactiveSecurityContextHolder.getContext().map((context) -> context.getAuthentication().getName());
		}

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		String adminOnly() {
			return "gold";
		}

		@Action
		@PreAuthorize("hasRole('ADMIN')")
		Mono<String> adminOnlyLater() {
			return Mono.just("gold");
		}

		@Action
		@PostAuthorize("returnObject == authentication.name")
		String ownOnly(String owner) {
			return owner;
		}

	}

	interface MarketEvents {

		void opened(String by);

	}

	@Actor(name = "market", events = MarketEvents.class)
	static class Market {

		@Action
		void open(ActorContext<?, ?> c) {
			c.broadcast(MarketEvents.class).opened("market");
		}

		@Action
		String act() {
			return "done";
		}

	}

	interface Undeclared {

		@PreAuthorize("hasRole('ADMIN')")
		void whispered(String what);

		void shouted(String what);

	}

	@Actor("lobby")
	static class Lobby {

		@Action
		void whisper(ActorContext<?, ?> c) {
			c.broadcast(Undeclared.class).whispered("x");
		}

		@Action
		String act() {
			return "done";
		}

	}

	interface SafeActions {

		String free();

		@PreAuthorize("hasRole('ADMIN')")
		String guarded();

	}

	@Actor(name = "safe", actions = SafeActions.class)
	static class Safe implements SafeActions {

		@CreateState
		String createState() {
			return "state";
		}

		@Override
		public String free() {
			return String.valueOf(ActorContext.current().state());
		}

		@Override
		public String guarded() {
			return "gold";
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@Import({ TestUsers.class, Vault.class, Safe.class, Market.class, Lobby.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

		@Bean
		ConnParamsAuthenticationConverter tokens() {
			return (params) -> Mono.justOrEmpty(params.path("token").asString(null)).map((token) -> {
				String[] parts = token.split(":");
				return UsernamePasswordAuthenticationToken.unauthenticated(parts[0], parts[1]);
			});
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.WebFilterExchange;
import org.springframework.security.web.server.authentication.logout.DelegatingServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.LogoutWebFilter;
import org.springframework.security.web.server.authentication.logout.SecurityContextServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.ServerLogoutHandler;
import org.springframework.security.web.server.authentication.logout.WebSessionServerLogoutHandler;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebSession;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.delivery.RecordedOutbound;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.security.webflux.ConnectionLogoutHandler;
import io.rivetevents.security.webflux.LogoutHook;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Connections end when their session is logged out, whichever logout handlers the
 * application has and in whichever of its filter chains.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s" })
class LogoutIntegrationTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Autowired
	private ConnectionLogoutHandler handler;

	@ParameterizedTest
	@ValueSource(strings = { "/own", "/delegating", "/removed", "/failing", "" })
	void closesTheConnectionsOfTheSession(String chain) throws Exception {
		String cookie = login();
		TestStream stream = TestStream.get(base(), TestClient.query("room", "k" + chain.length(), "sse"), "cookie",
				cookie);
		stream.next("Init");
		try (TestSocket socket = connect(cookie); TestSocket other = connect(login())) {
			form(chain + "/logout", cookie, "");
			assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "auth.logged_out"));
			assertThat(stream.next("Close").text("code")).isEqualTo("logged_out");
			other.call(1, "act");
			other.next(ToClient.ActionResponse.class);
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void succeedsWhereOtherNodesCannotBeAsked(CapturedOutput output) {
		ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.post("/logout"));
		String session = exchange.getSession().doOnNext(WebSession::start).map(WebSession::getId).block();
		OutboundRegistry registry = new OutboundRegistry();
		ConnectRequest request = ConnectRequest.stateful(null, new Identity(() -> "ada", session));
		RecordedOutbound client = new RecordedOutbound(request.connectionId());
		registry.register(request, client);
		new ConnectionLogoutHandler(new NodeCommands(registry, new EventsOnly(), () -> {
		})).logout(new WebFilterExchange(exchange, (filtered) -> Mono.empty()),
				UsernamePasswordAuthenticationToken.unauthenticated("ada", ""))
			.block();
		assertThat(client.closed()).containsExactly(CloseReason.of(ErrorCode.LOGGED_OUT));
		assertThat(output).contains("The connections of a session could not be closed on other nodes", "EventsOnly")
			.doesNotContain(session);
	}

	/** The customizer and the hook both add the handler. */
	@Test
	void looksAtTheSessionOfAnExchangeOnce() {
		AtomicInteger looks = new AtomicInteger();
		ServerWebExchange exchange = new ServerWebExchangeDecorator(
				MockServerWebExchange.from(MockServerHttpRequest.post("/logout"))) {

			@Override
			public Mono<WebSession> getSession() {
				looks.incrementAndGet();
				return super.getSession();
			}

		};
		WebFilterExchange logout = new WebFilterExchange(exchange, (filtered) -> Mono.empty());
		Authentication ada = UsernamePasswordAuthenticationToken.unauthenticated("ada", "");
		Mono<Void> handled = this.handler.logout(logout, ada);
		assertThat(looks).hasValue(0);
		handled.then(this.handler.logout(logout, ada)).block();
		assertThat(looks).hasValue(1);
	}

	@Test
	void readsTheHandlerOfAFilter() {
		LogoutWebFilter filter = new LogoutWebFilter();
		ServerLogoutHandler own = (exchange, authentication) -> Mono.empty();
		filter.setLogoutHandler(own);
		assertThat(LogoutHook.handlerOf(filter, LogoutWebFilter.class)).isSameAs(own);
	}

	@ParameterizedTest
	@ValueSource(classes = { Without.class, WithTwo.class, Unset.class })
	void saysWhatToDoWhereTheHandlerCannotBeRead(Class<?> type) throws Exception {
		Object filter = type.getDeclaredConstructor().newInstance();
		assertThatIllegalStateException().isThrownBy(() -> LogoutHook.handlerOf(filter, type))
			.withMessageContainingAll(type.getName(), "cannot be read", "would stay open after a logout", "bean");
	}

	@Test
	void keepsTheHandlerInANativeImage() throws Exception {
		RuntimeHints hints = new RuntimeHints();
		new LogoutHook.Hints().registerHints(hints, null);
		assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(LogoutWebFilter.class, "logoutHandler"))
			.accepts(hints);
	}

	@Test
	void leavesThemWhereThereIsNoLogout() throws Exception {
		String cookie = login();
		try (TestSocket socket = connect(cookie)) {
			assertThat(form("/off/logout", cookie, "").statusCode()).isEqualTo(404);
			assertThat(form("/own/other", cookie, "").statusCode()).isEqualTo(404);
			socket.call(1, "act");
			socket.next(ToClient.ActionResponse.class);
		}
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private TestSocket connect(String cookie) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("cookie", cookie);
		TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "k"), Encoding.JSON, headers);
		socket.next(ToClient.Init.class);
		return socket;
	}

	private String login() throws Exception {
		return form("/login", null, "username=ada&password=ada").headers()
			.firstValue("set-cookie")
			.orElseThrow()
			.split(";")[0];
	}

	private HttpResponse<String> form(String path, String cookie, String body) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:%d%s".formatted(this.port, path)))
			.header("content-type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (cookie != null) {
			request.header("cookie", cookie);
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	/** A backplane that carries no commands. */
	private static final class EventsOnly implements Backplane {

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
		}

		@Override
		public void stop() {
		}

		@Override
		public void publish(AddressedEvent dispatch) {
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

	/** As a later version of Spring Security might be. */
	static class Without {

	}

	static class WithTwo {

		private ServerLogoutHandler one = (exchange, authentication) -> Mono.empty();

		private ServerLogoutHandler two = (exchange, authentication) -> Mono.empty();

	}

	static class Unset {

		private ServerLogoutHandler handler;

	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Room.class })
	static class Application {

		@Bean
		SecurityWebFilterChain plain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.formLogin(Customizer.withDefaults())
				.build();
		}

		@Bean
		@Order(1)
		SecurityWebFilterChain own(ServerHttpSecurity http) {
			return chain(http, "/own", (logout) -> logout.logoutHandler(new SecurityContextServerLogoutHandler()));
		}

		@Bean
		@Order(2)
		SecurityWebFilterChain delegating(ServerHttpSecurity http) {
			return chain(http, "/delegating", (logout) -> logout.logoutHandler(new DelegatingServerLogoutHandler(
					new WebSessionServerLogoutHandler(), new SecurityContextServerLogoutHandler())));
		}

		@Bean
		@Order(3)
		SecurityWebFilterChain removed(ServerHttpSecurity http) {
			return chain(http, "/removed", (logout) -> logout.logoutHandler((handlers) -> {
				handlers.clear();
				handlers.add(new WebSessionServerLogoutHandler());
			}));
		}

		@Bean
		@Order(4)
		SecurityWebFilterChain failing(ServerHttpSecurity http) {
			return chain(http, "/failing", (logout) -> logout
				.logoutHandler((exchange, authentication) -> Mono.error(new IllegalStateException("on purpose"))));
		}

		@Bean
		@Order(5)
		SecurityWebFilterChain off(ServerHttpSecurity http) {
			return chain(http, "/off", ServerHttpSecurity.LogoutSpec::disable);
		}

		private static SecurityWebFilterChain chain(ServerHttpSecurity http, String path,
				Customizer<ServerHttpSecurity.LogoutSpec> logout) {
			return http.securityMatcher(ServerWebExchangeMatchers.pathMatchers(path + "/**"))
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.logout((spec) -> {
					spec.logoutUrl(path + "/logout");
					logout.customize(spec);
				})
				.build();
		}

	}

}

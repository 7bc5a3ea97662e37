/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;
import org.springframework.web.server.session.WebSessionManager;
import reactor.core.publisher.Mono;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.cluster.NodeCommands;
import io.rivetevents.connection.Connections;
import io.rivetevents.delivery.OutboundRegistry;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.Backplane;
import io.rivetevents.extension.BackplaneStatus;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two applications in one JVM that are connected by a backplane and share web sessions.
 */
class NodeCommandsIntegrationTests {

	private static final CloseStatus LOGGED_OUT = new CloseStatus(1011, "auth.logged_out");

	private static final List<JoinedBackplane> NODES = new CopyOnWriteArrayList<>();

	private static final InMemoryWebSessionStore SESSIONS = new InMemoryWebSessionStore();

	private static ConfigurableApplicationContext left;

	private static ConfigurableApplicationContext right;

	private final HttpClient http = HttpClient.newHttpClient();

	@BeforeAll
	static void start() {
		left = startNode();
		right = startNode();
	}

	private static ConfigurableApplicationContext startNode() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "rivet.events.websocket.rejection-delay=10ms",
					"rivet.events.shutdown.spread=0s")
			.run();
	}

	@AfterAll
	static void stop() {
		left.close();
		right.close();
	}

	@Test
	void closesTheConnectionsOfAUserOnAllNodes() throws Exception {
		try (TestSocket here = connect(left, login(left, "ada"));
				TestSocket there = connect(right, login(right, "ada"));
				TestSocket linus = connect(right, login(right, "linus"))) {
			assertThat(left.getBean(Connections.class).closeUser("ada")).isOne();
			assertThat(here.closed()).isEqualTo(LOGGED_OUT);
			assertThat(there.closed()).isEqualTo(LOGGED_OUT);
			assertOpen(linus);
		}
	}

	@Test
	void disconnectsAUserOnAllNodes() throws Exception {
		try (TestSocket here = connect(left, login(left, "ada"));
				TestSocket there = connect(right, login(right, "ada"));
				TestSocket linus = connect(right, login(right, "linus"))) {
			assertThat(left.getBean(Connections.class).user("ada").disconnect("moved")).isOne();
			assertThat(here.closed()).isEqualTo(new CloseStatus(1000, "moved"));
			assertThat(there.closed()).isEqualTo(new CloseStatus(1000, "moved"));
			assertOpen(linus);
		}
	}

	@Test
	void closesTheConnectionsOfASessionOnAllNodesWhenItIsInvalidated() throws Exception {
		String cookie = login(left, "ada");
		try (TestSocket here = connect(left, cookie);
				TestSocket there = connect(right, cookie);
				TestSocket elsewhere = connect(right, login(right, "ada"))) {
			form(left, "/invalidate", cookie, "");
			assertThat(here.closed()).isEqualTo(LOGGED_OUT);
			assertThat(there.closed()).isEqualTo(LOGGED_OUT);
			assertOpen(elsewhere);
		}
	}

	@Test
	void closesTheConnectionsOfASessionOnAllNodesAtItsLogout() throws Exception {
		String cookie = login(left, "ada");
		try (TestSocket here = connect(left, cookie);
				TestSocket there = connect(right, cookie);
				TestSocket elsewhere = connect(right, login(right, "ada"))) {
			form(left, "/logout", cookie, "");
			assertThat(here.closed()).isEqualTo(LOGGED_OUT);
			assertThat(there.closed()).isEqualTo(LOGGED_OUT);
			assertOpen(elsewhere);
		}
	}

	@Test
	void drainsOneNode() throws Exception {
		ConfigurableApplicationContext third = startNode();
		try (TestSocket before = connect(third, login(third, "ada"))) {
			String node = third.getBean(OutboundRegistry.class).node();
			left.getBean(NodeCommands.class).send(new NodeCommand.Drain(node));
			try (TestSocket after = open(third, login(third, "ada")); TestSocket elsewhere = open(right, null)) {
				assertThat(after.closed()).isEqualTo(new CloseStatus(1011, "actor.restarting"));
				elsewhere.next(ToClient.Init.class);
			}
			assertOpen(before);
		}
		finally {
			third.close();
		}
	}

	private static void assertOpen(TestSocket socket) {
		socket.call(1, "act");
		socket.next(ToClient.ActionResponse.class);
	}

	private static String base(ConfigurableApplicationContext node) {
		return "http://localhost:" + node.getEnvironment().getProperty("local.server.port");
	}

	private static TestSocket connect(ConfigurableApplicationContext node, String cookie) {
		TestSocket socket = open(node, cookie);
		socket.next(ToClient.Init.class);
		return socket;
	}

	private static TestSocket open(ConfigurableApplicationContext node, String cookie) {
		HttpHeaders headers = new HttpHeaders();
		if (cookie != null) {
			headers.set("cookie", cookie);
		}
		return TestSocket.open(base(node) + "/rivet" + TestSocket.query("room", "k"), Encoding.JSON, headers);
	}

	private String login(ConfigurableApplicationContext node, String user) throws Exception {
		return form(node, "/login", null, "username=%s&password=%s".formatted(user, user)).headers()
			.firstValue("set-cookie")
			.orElseThrow()
			.split(";")[0];
	}

	private HttpResponse<String> form(ConfigurableApplicationContext node, String path, String cookie, String body)
			throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base(node) + path))
			.header("content-type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (cookie != null) {
			request.header("cookie", cookie);
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Actor("room")
	static class Room {

		@Action
		void act() {
		}

	}

	@RestController
	static class Sessions {

		@PostMapping("/invalidate")
		Mono<Void> invalidate(WebSession session) {
			return session.invalidate();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Room.class, Sessions.class })
	static class Application {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.formLogin(Customizer.withDefaults())
				.build();
		}

		@Bean
		WebSessionManager webSessionManager() {
			DefaultWebSessionManager sessions = new DefaultWebSessionManager();
			sessions.setSessionStore(SESSIONS);
			return sessions;
		}

		@Bean
		JoinedBackplane backplane() {
			return new JoinedBackplane();
		}

	}

	/** Calls the receivers of the other nodes. */
	private static final class JoinedBackplane implements Backplane {

		private volatile Consumer<AddressedEvent> events;

		private volatile Consumer<NodeCommand> commands;

		@Override
		public void start(Consumer<AddressedEvent> receiver) {
			start(receiver, (command) -> {
			});
		}

		@Override
		public void start(Consumer<AddressedEvent> events, Consumer<NodeCommand> commands) {
			this.events = events;
			this.commands = commands;
			NODES.add(this);
		}

		@Override
		public void stop() {
			NODES.remove(this);
		}

		@Override
		public boolean carriesCommands() {
			return true;
		}

		@Override
		public void publish(AddressedEvent dispatch) {
			NODES.stream().filter((node) -> node != this).forEach((node) -> node.events.accept(dispatch));
		}

		@Override
		public void publish(NodeCommand command) {
			NODES.stream().filter((node) -> node != this).forEach((node) -> node.commands.accept(command));
		}

		@Override
		public BackplaneStatus status() {
			return new BackplaneStatus(true, 0, 0, 0, 0, 0, 0);
		}

	}

}

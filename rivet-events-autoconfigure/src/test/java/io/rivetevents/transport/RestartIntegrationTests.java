/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.annotation.OnWake;
import io.rivetevents.contract.History;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.ToServer.CallOptions;
import io.rivetevents.protocol.encoding.Encoding;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients on real connections to a server that is killed or stopped, and started again on
 * the same file.
 */
class RestartIntegrationTests {

	private static final String FILE = "data/rivet.db";

	/** Events of which linus does not subscribe to the first. */
	private static final List<String> EVENTS = List.of("all", "one", "others", "user", "otherUsers", "tagged",
			"chosen");

	@TempDir
	private static Path folder;

	private static ServerProcess server;

	private final List<Listener> listeners = new ArrayList<>();

	private String key;

	@BeforeAll
	static void start() throws IOException {
		server = ServerProcess.start(folder, Application.class, "--rivet.events.state.store=file",
				"--rivet.events.state.file.path=" + FILE, "--rivet.events.actor.save-interval=1h",
				"--rivet.events.shutdown.spread=0s", "--spring.flyway.enabled=false");
	}

	@AfterAll
	static void end() {
		server.close();
	}

	@BeforeEach
	void useFreshKey(TestInfo test) {
		this.key = test.getTestMethod().orElseThrow().getName();
	}

	@AfterEach
	void closeListeners() {
		this.listeners.forEach(Listener::close);
	}

	private static void killAndStart() throws IOException {
		server.kill();
		start();
	}

	/** One listener of a user on each kind of connection. */
	private List<Listener> listeners(String user) {
		List<Listener> listeners = Stream.of(Kind.values()).map((kind) -> new Listener(user, kind)).toList();
		listeners.forEach(Listener::connect);
		this.listeners.addAll(listeners);
		return listeners;
	}

	/** Calls an action without a connection of its own. */
	private String call(String action, Object... args) throws IOException, InterruptedException {
		List<String> texts = Stream.of(args).map("\"%s\""::formatted).toList();
		String answer = TestHttp.send("POST", server.base() + TestClient.query("board", this.key, "action/" + action),
				null, "{\"args\":%s}".formatted(texts), "x-rivet-encoding", "json");
		assertThat(answer).contains("\"output\"");
		return answer;
	}

	@Test
	void anEventMissedByAKillArrivesOnceWhereItMay() throws Exception {
		List<Listener> ada = listeners("ada");
		List<Listener> linus = listeners("linus");
		call("toAll");
		for (Listener listener : ada) {
			call("toOne", listener.kind, listener.connection());
		}
		for (Listener listener : linus) {
			call("toOthers", listener.kind, listener.connection());
		}
		call("toUser");
		call("toOtherUsers");
		call("toTag");
		call("toChosen");
		killAndStart();
		for (Listener listener : ada) {
			List<String> expected = new ArrayList<>(List.of("all"));
			if (listener.kind.provesItsStream()) {
				expected.add("one " + listener.kind);
			}
			linus.forEach((excluded) -> expected.add("others " + excluded.kind));
			expected.addAll(List.of("user", "tagged"));
			assertThat(listener.resume()).as("%s", listener).isEqualTo(expected);
			assertThat(listener.gaps).as("%s", listener).containsExactly("chosen");
		}
		for (Listener listener : linus) {
			List<String> expected = new ArrayList<>();
			linus.stream()
				.filter((excluded) -> excluded != listener || !listener.kind.provesItsStream())
				.forEach((excluded) -> expected.add("others " + excluded.kind));
			expected.add("otherUsers");
			assertThat(listener.resume()).as("%s", listener).isEqualTo(expected);
			assertThat(listener.gaps).as("%s", listener).containsExactly("chosen");
		}
		call("toUsers");
		this.listeners.forEach((listener) -> assertThat(listener.next()).as("%s", listener).isEqualTo("to both"));
	}

	@Test
	void aPrivateEventSentWhileAClientIsAwayArrivesAfterAKill() throws Exception {
		List<Listener> ada = listeners("ada");
		List<Listener> linus = listeners("linus");
		this.listeners.forEach(Listener::close);
		call("toUser");
		server.kill();
		String streamKey = streamKey();
		start();
		assertThat(call("told")).contains("\"output\":1");
		for (Listener listener : ada) {
			assertThat(listener.resume()).as("%s", listener).containsExactly("user");
		}
		for (Listener listener : linus) {
			assertThat(listener.resume()).as("%s", listener).isEmpty();
		}
		refusesForeignStreams(ada, linus);
		repeatsNoPayment(ada.get(0), streamKey);
	}

	private void refusesForeignStreams(List<Listener> ada, List<Listener> linus) {
		for (Listener owner : ada) {
			if (owner.kind.provesItsStream()) {
				Listener thief = linus.get(owner.kind.ordinal());
				assertThat(thief.outcome(owner.proof(owner.secret()))).isEqualTo("resynced unknown_stream");
				assertThat(owner.outcome(owner.proof("forged"))).isEqualTo("resynced unknown_stream");
				assertThat(owner.outcome(thief.proof(owner.secret()))).isEqualTo("resynced unknown_stream");
			}
		}
	}

	private void repeatsNoPayment(Listener payer, String streamKey) throws IOException {
		assertThat(payer.pay("order-1")).isEqualTo(1);
		assertThat(payer.pay("order-2")).isEqualTo(2);
		server.kill();
		assertThat(streamKey()).isEqualTo(streamKey);
		start();
		payer.resume();
		assertThat(payer.pay("order-1")).isEqualTo(1);
		assertThat(payer.pay("order-2")).isEqualTo(2);
		assertThat(payer.pay("order-3")).isEqualTo(3);
	}

	@Test
	void aDeployIsResumed() throws Exception {
		List<Listener> ada = listeners("ada");
		call("toUser");
		ada.forEach((listener) -> assertThat(listener.next()).isEqualTo("user"));
		server.stop();
		start();
		call("toAll");
		for (Listener listener : ada) {
			assertThat(listener.resume()).as("%s", listener).containsExactly("all");
			assertThat(listener.gaps).as("%s", listener).isEmpty();
		}
	}

	@Test
	void aSleepIsResumed() throws Exception {
		List<Listener> ada = listeners("ada");
		ada.forEach(Listener::close);
		call("toAll");
		String before = call("wakes");
		call("sleep");
		Awaitility.await().until(() -> !call("wakes").equals(before));
		for (Listener listener : ada) {
			assertThat(listener.resume()).as("%s", listener).containsExactly("all");
			assertThat(listener.gaps).as("%s", listener).isEmpty();
		}
	}

	/** Returns the key of all stream secrets. The server must not run. */
	private static String streamKey() {
		try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(FILE));
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select content from rivet_meta where name = 'stream-key'")) {
			assertThat(row.next()).isTrue();
			return row.getString(1);
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A kind of connection. */
	private enum Kind {

		JSON(Encoding.EXTENDED_JSON), CBOR(Encoding.EXTENDED_CBOR), SSE(Encoding.EVENT_STREAM), EVENT_SOURCE(null);

		private final @Nullable Encoding encoding;

		Kind(@Nullable Encoding encoding) {
			this.encoding = encoding;
		}

		/** An EventSource is a new client for the server each time. */
		boolean provesItsStream() {
			return this != EVENT_SOURCE;
		}

		TestClient open(String key, String user, ToServer.Hello hello) {
			String base = server.base();
			String stream = TestClient.query("board", key, "sse");
			String[] authorization = { "authorization", TestHttp.authorization(user) };
			if (this == SSE) {
				return TestStream.post(base, stream, hello, authorization);
			}
			if (this == EVENT_SOURCE) {
				return eventSource(base, stream, hello, authorization);
			}
			TestSocket socket = TestSocket.open(base + TestSocket.query("board", key),
					Objects.requireNonNull(this.encoding), TestHttp.headers(user));
			socket.send(hello);
			return socket;
		}

		private static TestClient eventSource(String base, String query, ToServer.Hello hello,
				String... authorization) {
			StringBuilder url = new StringBuilder(query);
			hello.subscriptions().forEach((each) -> {
				url.append("&event=").append(each.eventName());
				each.tags().forEach((tag) -> url.append("&tag=").append(tag));
			});
			ToServer.Resume resume = hello.resume();
			return (resume == null) ? TestStream.get(base, url.toString(), authorization)
					: TestStream.get(base, url.toString(), authorization[0], authorization[1], "Last-Event-ID",
							resume.position().epoch() + "-" + resume.position().sequence());
		}

	}

	/** A client of a user that reconnects. */
	private final class Listener {

		private final String user;

		private final Kind kind;

		private final List<String> gaps = new ArrayList<>();

		private TestClient client;

		private Received init;

		/** Position of the last event that it has handled. */
		private long handled;

		Listener(String user, Kind kind) {
			this.user = user;
			this.kind = kind;
		}

		void connect() {
			this.client = open(null);
			this.init = this.client.next("Init");
			this.handled = this.init.position();
		}

		private TestClient open(ToServer.@Nullable Resume resume) {
			boolean ada = this.user.equals("ada");
			Set<String> tags = Set.of(ada ? "sport" : "chess");
			List<ToServer.SubscriptionRequest> subscriptions = EVENTS.stream()
				.skip(ada ? 0 : 1)
				.map((event) -> new ToServer.SubscriptionRequest(event, true, event.equals("tagged") ? tags : Set.of()))
				.toList();
			return this.kind.open(RestartIntegrationTests.this.key, this.user,
					new ToServer.Hello(subscriptions, resume, null, null, null, null));
		}

		/**
		 * Connects again from the last event that it has handled.
		 * @return the events that it has missed
		 */
		List<String> resume() {
			this.client = open(proof(secret()));
			this.init = this.client.nextExtended();
			assertThat(this.init.text("outcome")).as("%s", this).isEqualTo("resumed");
			List<String> missed = new ArrayList<>();
			for (Received next = receive(); !next.tag().equals("KeepAlive"); next = receive()) {
				if (next.tag().equals("Gap")) {
					next.value().get("events").forEach((event) -> this.gaps.add(event.stringValue()));
				}
				else {
					missed.add(text(next));
				}
			}
			assertThat(this.init.value().get("replayed").intValue()).isEqualTo(missed.size());
			return missed;
		}

		/** Returns how an attempt to resume ends. */
		String outcome(ToServer.Resume resume) {
			try (TestClient client = open(resume)) {
				Received init = client.next("Init");
				return init.text("outcome") + " " + init.text("reason");
			}
		}

		ToServer.Resume proof(String secret) {
			return new ToServer.Resume(new Position(this.init.text("epoch"), this.handled), this.init.text("stream"),
					secret);
		}

		String secret() {
			return this.init.text("secret");
		}

		String connection() {
			return this.init.text("connectionId");
		}

		/** Returns the text of the next event. */
		String next() {
			return text(receive());
		}

		private Received receive() {
			Received next = this.client.nextExtended();
			if (next.tag().equals("Event")) {
				this.handled = next.value().get("pos").longValue();
			}
			return next;
		}

		private static String text(Received event) {
			assertThat(event.tag()).isEqualTo("Event");
			return event.value().get("args").get(0).stringValue();
		}

		int pay(String order) {
			this.client.send(TestClient.request(1, "pay", new CallOptions(false, null, order)));
			return this.client.next("ActionResponse").value().get("output").intValue();
		}

		void close() {
			this.client.close();
		}

		@Override
		public String toString() {
			return this.user + " over " + this.kind;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Board.class })
	static class Application {

		public static void main(String[] args) {
			SpringApplication.run(Application.class, args);
		}

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.csrf((csrf) -> csrf.disable())
				.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

	@Actor("board")
	@History(durable = true)
	static class Board {

		static class State {

			public int told;

			public int payments;

			public int wakes;

		}

		@CreateState
		State create() {
			return new State();
		}

		@OnWake
		void wake(ActorContext<State, ?> c) {
			c.state().wakes++;
		}

		@Action
		void toAll(ActorContext<State, ?> c) {
			c.broadcast("all", "all");
		}

		@Action
		void toOne(ActorContext<State, ?> c, String text, String connection) {
			c.to(Objects.requireNonNull(c.conn(connection))).broadcast("one", "one " + text);
		}

		@Action
		void toOthers(ActorContext<State, ?> c, String text, String connection) {
			c.except(Objects.requireNonNull(c.conn(connection))).broadcast("others", "others " + text);
		}

		@Action
		void toUser(ActorContext<State, ?> c) {
			c.state().told++;
			c.toUser("ada").broadcast("user", "user");
		}

		@Action
		void toOtherUsers(ActorContext<State, ?> c) {
			c.exceptUser("ada").broadcast("otherUsers", "otherUsers");
		}

		@Action
		void toUsers(ActorContext<State, ?> c) {
			c.broadcast("user", "to both");
		}

		@Action
		void toTag(ActorContext<State, ?> c) {
			c.tagged("sport").broadcast("tagged", "tagged");
		}

		@Action
		void toChosen(ActorContext<State, ?> c) {
			c.where((connection) -> "ada".equals(Objects.requireNonNull(connection.principal()).getName()))
				.broadcast("chosen", "chosen");
		}

		@Action
		int told(ActorContext<State, ?> c) {
			return c.state().told;
		}

		@Action(durable = true)
		int pay(ActorContext<State, ?> c) {
			return ++c.state().payments;
		}

		@Action
		int wakes(ActorContext<State, ?> c) {
			return c.state().wakes;
		}

		@Action
		void sleep(ActorContext<State, ?> c) {
			c.sleep();
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

import jakarta.validation.constraints.Max;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.ActorHandle;
import io.rivetevents.actor.Actors;
import io.rivetevents.actor.Registration;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateConnState;
import io.rivetevents.annotation.CreateVars;
import io.rivetevents.annotation.OnBeforeActionResponse;
import io.rivetevents.annotation.OnBeforeConnect;
import io.rivetevents.annotation.OnDisconnect;
import io.rivetevents.connection.ClientRequestException;
import io.rivetevents.connection.Connection;
import io.rivetevents.connection.Connections;
import io.rivetevents.contract.OneWay;
import io.rivetevents.contract.Volatile;
import io.rivetevents.error.UserError;
import io.rivetevents.event.BadRequestEvent;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.extension.OutboundEvent;
import io.rivetevents.extension.OutboundInterceptor;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestHttp;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Calls of other libraries, implemented with actors: each row of
 * {@code docs/coming-from.md} names a test that runs on real sockets.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
class ComingFromTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final AtomicInteger KEYS = new AtomicInteger();

	@LocalServerPort
	private int port;

	@Autowired
	private Actors actors;

	@Autowired
	private Connections connections;

	@Autowired
	private Plaza plaza;

	@Autowired
	private Watcher watcher;

	private final List<TestSocket> sockets = new ArrayList<>();

	private String key;

	private ActorHandle handle;

	private TestSocket ada;

	private TestSocket tab;

	private TestSocket linus;

	@BeforeEach
	void connect() {
		this.key = "k" + KEYS.incrementAndGet();
		this.handle = this.actors.get(Plaza.class, this.key);
		this.ada = open("ada");
		this.tab = open("ada");
		this.linus = open("linus");
		this.watcher.badRequests.clear();
	}

	@AfterEach
	void disconnect() {
		this.sockets.forEach(TestSocket::close);
		Awaitility.await().until(() -> this.connections.count() == 0);
	}

	@Test
	void eachRowNamesATestAndEachTestHasARow() throws IOException {
		List<String> rows = Pattern.compile("\\| `(\\w+)` \\|$", Pattern.MULTILINE)
			.matcher(Files.readString(Path.of("../docs/coming-from.md")))
			.results()
			.map((row) -> row.group(1))
			.distinct()
			.toList();
		assertThat(rows).containsExactlyInAnyOrderElementsOf(Arrays.stream(ComingFromTests.class.getDeclaredMethods())
			.filter((method) -> method.isAnnotationPresent(Test.class))
			.map(Method::getName)
			.filter((name) -> !name.startsWith("eachRow"))
			.toList());
	}

	// Rivet

	@Test
	void rivetBroadcast() {
		this.ada.subscribe("said");
		settle(this.ada);
		inTurn((c) -> c.broadcast("said", "hi"));
		assertGot(this.ada, "said", "hi");
		assertGotNothing(this.tab, this.linus);
	}

	@Test
	void rivetConnSend() {
		inTurn((c) -> find(c, "linus").send("said", "hi"));
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void rivetSendToAllButTheCaller() {
		this.plaza.todo = (c) -> c.except(c.conn()).send("said", "hi");
		this.ada.call(1, "run");
		this.ada.next(ToClient.ActionResponse.class);
		assertGot(this.tab, "said", "hi");
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada);
	}

	@Test
	void rivetSendToThoseWithAState() {
		inTurn((c) -> c.where((connection) -> connection.state().equals("linus")).send("said", "hi"));
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void rivetDeclaredEvents() {
		this.ada.subscribe("said");
		settle(this.ada);
		inTurn((c) -> c.broadcast(PlazaEvents.class).said("typed"));
		assertGot(this.ada, "said", "typed");
	}

	@Test
	void rivetCanSubscribe() {
		this.ada.subscribe("secret");
		assertThat(this.ada.next(ToClient.Error.class).code()).isEqualTo("forbidden");
	}

	@Test
	void rivetCreateVars() {
		assertThat(this.handle.call("visit", Integer.class).block(PATIENCE)).isEqualTo(1);
		assertThat(this.handle.call("visit", Integer.class).block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void rivetConnDisconnect() {
		inTurn((c) -> find(c, "linus").disconnect("bye"));
		assertThat(this.linus.closed()).isEqualTo(new CloseStatus(1000, "bye"));
	}

	@Test
	void rivetCallFromTheServer() {
		assertThat(this.handle.call("twice", Integer.class, 21).block(PATIENCE)).isEqualTo(42);
	}

	@Test
	void rivetOnBeforeActionResponse() {
		this.ada.call(1, "shout", "hi");
		assertThat(this.ada.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("HI");
	}

	// Flamework

	@Test
	void flameworkFire() {
		Connection<?> connection = this.connections.ofUser("linus").get(0);
		connection.send("said", "hi");
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void flameworkFireToSome() {
		inTurn((c) -> c.to(find(c, "linus"), find(c, "ada")).send("said", "hi"));
		assertGot(this.linus, "said", "hi");
	}

	@Test
	void flameworkExcept() {
		this.handle.exceptUser("ada").send("said", "hi");
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void flameworkBroadcast() {
		this.handle.send("said", "hi");
		for (TestSocket socket : this.sockets) {
			assertGot(socket, "said", "hi");
		}
	}

	@Test
	void flameworkPredict() {
		Connection<?> connection = this.connections.ofUser("linus").get(0);
		assertThat(this.handle.predict(connection, "who", String.class).block(PATIENCE)).isEqualTo("linus");
		assertGotNothing(this.linus);
	}

	@Test
	void flameworkConnect() {
		List<String> heard = new CopyOnWriteArrayList<>();
		this.handle.on("wave", (connection, args) -> heard.add(connection.principal().getName() + args));
		this.linus.call(1, "wave", 1);
		this.linus.next(ToClient.ActionResponse.class);
		assertThat(heard).containsExactly("linus[1]");
	}

	@Test
	void flameworkDisconnect() {
		List<String> heard = new CopyOnWriteArrayList<>();
		Registration registration = this.handle.on("touch", (connection, args) -> heard.add("touched"));
		registration.close();
		settle(this.linus);
		assertThat(heard).isEmpty();
	}

	@Test
	void flameworkMiddleware() {
		this.linus.call(1, "twice", -21);
		assertThat(this.linus.next(ToClient.ActionResponse.class).output().intValue()).isEqualTo(42);
	}

	@Test
	void flameworkMiddlewareForEventsToClients() {
		this.handle.send("said", "a rude word");
		assertGot(this.linus, "said", "a **** word");
	}

	@Test
	void flameworkSkip() {
		this.linus.call(1, "skipped");
		assertThat(this.linus.next(ToClient.Error.class).code()).isEqualTo("skipped");
	}

	@Test
	void flameworkGuards() {
		this.linus.call(1, "twice", "text");
		assertThat(this.linus.next(ToClient.Error.class).code()).isEqualTo("validation_error");
		this.linus.call(2, "twice", 2000);
		assertThat(this.linus.next(ToClient.Error.class).metadata().toString()).contains("\"path\":\"number\"");
	}

	@Test
	void flameworkOnBadRequest() {
		this.linus.call(1, "twice", "text");
		this.linus.next(ToClient.Error.class);
		Awaitility.await().until(() -> !this.watcher.badRequests.isEmpty());
		BadRequestEvent event = this.watcher.badRequests.get(0);
		assertThat(event.connection().principal().getName()).isEqualTo("linus");
		assertThat(event.action()).isEqualTo("twice");
		assertThat(event.index()).isZero();
		assertThat(event.value().stringValue()).isEqualTo("text");
	}

	@Test
	void flameworkNamespaces() {
		inTurn((c) -> find(c, "linus").send(PlazaEvents.Duel.class).offered("ada"));
		assertGot(this.linus, "duel.offered", "ada");
	}

	@Test
	void flameworkUnreliableEvents() {
		inTurn((c) -> c.send(PlazaEvents.class).moved(1));
		inTurn((c) -> c.droppable().send("said", "hi"));
		assertThat(this.linus.next(ToClient.Event.class).name()).isEqualTo("moved");
		assertGot(this.linus, "said", "hi");
	}

	@Test
	void flameworkEventsToTheServer() {
		this.linus.call(1, "fire", "now");
		settle(this.linus);
		assertThat(this.plaza.fired).containsExactly("linus now");
	}

	@Test
	void flameworkInvoke() {
		Connection<?> connection = this.connections.ofUser("linus").get(0);
		Mono<Boolean> reply = connection.request("confirm", Boolean.class, PATIENCE, "Really?").cache();
		reply.subscribe();
		ToClient.Event request = this.linus.next(ToClient.Event.class);
		assertThat(request.name()).isEqualTo("rivet:request");
		assertThat(request.args().get(1).stringValue()).isEqualTo("confirm");
		this.linus.call(1, "rivet:reply", request.args().get(0).intValue(), java.util.Map.of("value", true));
		assertThat(reply.block(PATIENCE)).isTrue();
	}

	@Test
	void flameworkInvokeWithTimeout() {
		Connection<?> connection = this.connections.ofUser("linus").get(0);
		Mono<Boolean> reply = connection.request("confirm", Boolean.class, Duration.ofMillis(50));
		ClientRequestException ex = catchThrowableOfType(ClientRequestException.class, () -> reply.block(PATIENCE));
		assertThat(ex.reason()).isEqualTo(ClientRequestException.Reason.TIMEOUT);
	}

	// Zexcore RTM

	@Test
	void rtmEmit() {
		this.connections.here()
			.where((connection) -> connection.actorName().equals("plaza")
					&& "linus".equals(connection.params(String.class)))
			.send("said", "hi");
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void rtmEmitToAll() {
		this.connections.everywhere().send("said", "hi");
		for (TestSocket socket : this.sockets) {
			assertGot(socket, "said", "hi");
		}
	}

	@Test
	void rtmPublish() {
		assertThat(this.connections.sendToUser("ada", "said", "hi").queued()).isEqualTo(2);
		assertGot(this.ada, "said", "hi");
		assertGot(this.tab, "said", "hi");
		assertGotNothing(this.linus);
	}

	@Test
	void rtmSubscribePushWithTags() {
		this.ada.sendRaw("""
				{"body":{"tag":"SubscriptionRequest","val":{"eventName":"said","subscribe":true,"tags":["sport"]}}}
				""".getBytes(StandardCharsets.UTF_8));
		this.linus.subscribe("said");
		settle(this.ada);
		settle(this.linus);
		inTurn((c) -> c.tagged("news").broadcast("said", "tagged"));
		inTurn((c) -> c.broadcast("said", "plain"));
		assertGot(this.ada, "said", "plain");
		assertGot(this.linus, "said", "tagged");
		assertGot(this.linus, "said", "plain");
	}

	// Socket.IO

	@Test
	void socketIoJoin() {
		try (TestClient other = TestClient.connect(base(), Encoding.JSON, "plaza", this.key + "other")) {
			this.actors.get(Plaza.class, this.key + "other").send("said", "hi");
			assertThat(other.next(ToClient.Event.class).name()).isEqualTo("said");
			assertGotNothing(this.ada, this.tab, this.linus);
		}
	}

	@Test
	void socketIoLocal() {
		this.connections.here().send("said", "hi");
		for (TestSocket socket : this.sockets) {
			assertGot(socket, "said", "hi");
		}
	}

	@Test
	void socketIoEmitWithAck() {
		this.linus.call(7, "twice", 21);
		ToClient.ActionResponse answer = this.linus.next(ToClient.ActionResponse.class);
		assertThat(answer.id()).isEqualTo(7);
		assertThat(answer.output().intValue()).isEqualTo(42);
	}

	@Test
	void socketIoTimeout() {
		try (TestClient client = TestClient.connect(base(), Encoding.EXTENDED_JSON, "plaza", this.key)) {
			client.send(TestClient.request(1, "stall", new ToServer.CallOptions(false, Duration.ofMillis(50), null)));
			assertThat(client.next(ToClient.Error.class).code()).isEqualTo("deadline_exceeded");
		}
	}

	@Test
	void socketIoUse() {
		try (TestSocket refused = socket("banned")) {
			assertThat(refused.next(ToClient.Error.class).code()).isEqualTo("banned");
		}
	}

	@Test
	void socketIoFetchSockets() {
		inTurn((c) -> c.send("count", String.valueOf(c.conns().stream().filter((one) -> !one.isStateless()).count())));
		assertGot(this.linus, "count", "3");
	}

	@Test
	void socketIoRecovered() {
		List<ToServer.SubscriptionRequest> said = List.of(new ToServer.SubscriptionRequest("said", true));
		TestClient client = connect(new ToServer.Hello(said, null, null, null, null, null));
		Received init = client.next("Init");
		client.cut();
		inTurn((c) -> c.broadcast("said", "missed"));
		ToServer.Resume resume = TestClient.resume(init, init.position());
		try (TestClient again = connect(new ToServer.Hello(said, resume, null, null, null, null))) {
			assertThat(again.next("Init").text("outcome")).isEqualTo("resumed");
			assertThat(again.next("Event").value().get("args").get(0).stringValue()).isEqualTo("missed");
		}
	}

	@Test
	void socketIoDisconnect() {
		this.linus.close();
		Awaitility.await().untilAsserted(() -> assertThat(this.plaza.left).contains(this.key + " linus"));
	}

	// SignalR

	@Test
	void signalRCaller() {
		this.plaza.todo = (c) -> c.conn().send("said", "hi");
		this.linus.call(1, "run");
		assertGot(this.linus, "said", "hi");
		this.linus.next(ToClient.ActionResponse.class);
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void signalRClient() {
		inTurn((c) -> c.conn(find(c, "linus").id()).send("said", "hi"));
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void signalRUser() {
		this.connections.user("ada").send("said", "hi");
		assertGot(this.ada, "said", "hi");
		assertGot(this.tab, "said", "hi");
		assertGotNothing(this.linus);
	}

	@Test
	void signalRHubException() {
		this.plaza.todo = (c) -> {
			throw new UserError("full", "The room is full");
		};
		this.linus.call(1, "run");
		ToClient.Error error = this.linus.next(ToClient.Error.class);
		assertThat(error.code()).isEqualTo("full");
		assertThat(error.message()).isEqualTo("The room is full");
	}

	// STOMP

	@Test
	void stompConvertAndSend() {
		this.linus.subscribe("said");
		settle(this.linus);
		this.handle.broadcast("said", "hi");
		assertGot(this.linus, "said", "hi");
		assertGotNothing(this.ada, this.tab);
	}

	@Test
	void stompConvertAndSendToUser() {
		this.tab.subscribe("said");
		this.linus.subscribe("said");
		settle(this.tab);
		settle(this.linus);
		this.connections.user("ada").broadcast("said", "hi");
		assertGot(this.tab, "said", "hi");
		assertGotNothing(this.ada, this.linus);
	}

	@Test
	void stompSubscribeMapping() {
		ToServer.Snapshot snapshot = new ToServer.Snapshot("motto", List.of());
		try (TestClient client = connect(new ToServer.Hello(List.of(), null, snapshot, null, null, null))) {
			assertThat(client.next("Init").value().get("snapshot").stringValue()).isEqualTo("welcome");
		}
	}

	@Test
	void stompDestinationVariable() {
		inTurn((c) -> c.send("said", c.key().parts().get(0)));
		assertGot(this.linus, "said", this.key);
	}

	@Test
	void stompPrincipal() {
		this.linus.call(1, "name");
		assertThat(this.linus.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo("linus");
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private TestClient connect(ToServer.Hello hello) {
		return TestClient.connect(base(), Encoding.EXTENDED_JSON, "plaza", this.key, hello);
	}

	private TestSocket open(String user) {
		TestSocket socket = socket(user);
		socket.next(ToClient.Init.class);
		this.sockets.add(socket);
		return socket;
	}

	private TestSocket socket(String user) {
		return TestSocket.open(base() + TestSocket.query("plaza", this.key), Encoding.JSON, TestHttp.headers(user),
				"rivet_conn_params.%22" + user + "%22");
	}

	private void inTurn(Todo todo) {
		this.plaza.todo = todo;
		this.handle.call("run", Void.class).block(PATIENCE);
	}

	private static Connection<String> find(ActorContext<?, String> c, String user) {
		return c.conns().stream().filter((connection) -> connection.state().equals(user)).findFirst().orElseThrow();
	}

	private static void assertGot(TestSocket socket, String event, String text) {
		ToClient.Event got = socket.next(ToClient.Event.class);
		assertThat(got.name()).isEqualTo(event);
		assertThat(got.args().get(0).stringValue()).isEqualTo(text);
	}

	private static void assertGotNothing(TestSocket... sockets) {
		for (TestSocket socket : sockets) {
			settle(socket);
		}
	}

	/** Everything before the answer has arrived; the next message must be the answer. */
	private static void settle(TestSocket socket) {
		socket.call(999, "touch");
		assertThat(socket.next(ToClient.ActionResponse.class).id()).isEqualTo(999);
	}

	private interface Todo {

		void run(ActorContext<?, String> c);

	}

	interface PlazaEvents {

		void said(String text);

		@Volatile
		void moved(int x);

		interface Duel {

			void offered(String by);

		}

	}

	@Actor(name = "plaza", events = PlazaEvents.class)
	static class Plaza {

		private final List<String> fired = new CopyOnWriteArrayList<>();

		private final List<String> left = new CopyOnWriteArrayList<>();

		private volatile @Nullable Todo todo;

		@OnBeforeConnect
		void check(@ConnParams @Nullable String name) {
			if ("banned".equals(name)) {
				throw new UserError("banned", "You cannot enter");
			}
		}

		@OnDisconnect
		void leave(ActorContext<?, String> c, Connection<String> leaving) {
			this.left.add(c.key().parts().get(0) + " " + leaving.state());
		}

		@CreateConnState
		String createConnState(@ConnParams @Nullable String name) {
			return (name != null) ? name : "nobody";
		}

		@CreateVars
		AtomicInteger createVars() {
			return new AtomicInteger();
		}

		@Action
		int visit(ActorContext<?, String> c) {
			return c.vars(AtomicInteger.class).incrementAndGet();
		}

		@CanSubscribe("secret")
		boolean canSubscribe() {
			return false;
		}

		@OnBeforeActionResponse
		@Nullable Object change(String action, @Nullable Object result) {
			return action.equals("shout") ? String.valueOf(result).toUpperCase() : result;
		}

		@Action
		void run(ActorContext<?, String> c) {
			this.todo.run(c);
		}

		@Action
		void touch() {
		}

		@Action
		int twice(@Max(1000) int number) {
			return 2 * number;
		}

		@Action
		String shout(String text) {
			return text;
		}

		@Action
		String who(Connection<String> caller) {
			return caller.state();
		}

		@Action
		void skipped() {
		}

		@Action
		Mono<Void> stall() {
			return Mono.never();
		}

		@Action(snapshot = true)
		String motto() {
			return "welcome";
		}

		@Action
		String name(Principal caller) {
			return caller.getName();
		}

		@Action
		@OneWay
		void fire(Connection<String> caller, String text) {
			this.fired.add(caller.state() + " " + text);
		}

	}

	/** Makes negative numbers positive, and skips what is to be skipped. */
	static class Middleware implements InboundInterceptor {

		@Override
		public boolean supports(Inbound inbound) {
			return inbound.kind() == Inbound.Kind.ACTION && List.of("twice", "skipped").contains(inbound.name());
		}

		@Override
		public Mono<?> intercept(Inbound inbound, Next next) {
			if (inbound.name().equals("skipped")) {
				return inbound.skip();
			}
			boolean number = inbound.args().values().get(0).isInt();
			return next.proceed(
					number ? inbound.withArgs(inbound.args().with(0, Math.abs(inbound.args().get(0, Integer.class))))
							: inbound);
		}

	}

	static class Politeness implements OutboundInterceptor {

		@Override
		public OutboundEvent intercept(OutboundEvent event) {
			String text = event.args().size() > 0 ? event.args().values().get(0).asString("") : "";
			return text.contains("rude") ? event.withArgs(event.args().with(0, text.replace("rude", "****"))) : event;
		}

	}

	static class Watcher {

		private final List<BadRequestEvent> badRequests = new CopyOnWriteArrayList<>();

		@EventListener
		void on(BadRequestEvent event) {
			this.badRequests.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ TestUsers.class, Plaza.class, Middleware.class, Politeness.class, Watcher.class })
	static class Application {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}

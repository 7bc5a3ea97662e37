/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import jakarta.annotation.security.RolesAllowed;
import org.jspecify.annotations.Nullable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.access.annotation.Secured;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.annotation.CanCreate;
import io.rivetevents.annotation.ConnParams;
import io.rivetevents.annotation.CreateState;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Inbound;
import io.rivetevents.extension.InboundInterceptor;
import io.rivetevents.placement.LocalNode;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestHttp;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;
import io.rivetevents.transport.TestUsers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A rule on an actor applies to every kind of request and every route.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s",
				"rivet.events.management.access=isAuthenticated() and @right.on" })
class AccessIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	@LocalServerPort
	private int port;

	@Autowired
	private Actors actors;

	@Autowired
	private LocalNode node;

	@Autowired
	private Switch right;

	private String key;

	@BeforeEach
	void useFreshKey() {
		this.key = "k" + KEYS.incrementAndGet();
		this.right.on = true;
		this.right.onEventLoop = false;
	}

	static Stream<String> guarded() {
		return Stream.of("byExpression", "byPreAuthorize", "bySecured", "byRoles");
	}

	@ParameterizedTest
	@MethodSource("guarded")
	void refusesByEveryRouteWhomTheRuleRefuses(String actor) throws Exception {
		int before = this.node.size();
		for (String user : new String[] { null, "ada" }) {
			assertThat(plain(actor, user)).isEqualTo("forbidden");
			for (Encoding encoding : List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
				try (TestClient client = connect(encoding, query(actor), user, snapshot())) {
					assertThat(client.nextExtended().text("code")).isEqualTo("forbidden");
				}
			}
			assertThat(send("GET", query(actor).formatted("sse") + "&snapshot=read", user, null))
				.contains("rivet:error", "\"forbidden\"")
				.doesNotContain("gold");
			assertThat(send("POST", query(actor).formatted("action/read"), user, "{\"args\":[]}"))
				.contains("\"forbidden\"");
			assertThat(send("PUT", "/actors", user, body(actor))).contains("\"forbidden\"");
			assertThat(send("POST", "/actors", user, body(actor))).contains("\"forbidden\"");
			assertThat(send("GET", "/actors?name=%s&key=%s".formatted(actor, this.key), user, null))
				.contains("\"forbidden\"");
		}
		assertThat(send("GET", "/actors?name=%s&key=%s".formatted(actor, this.key), "admin", null))
			.isEqualTo("{\"actors\":[]}");
		assertThat(this.node.size()).isLessThanOrEqualTo(before);
	}

	@ParameterizedTest
	@MethodSource("guarded")
	void refusesByIdWhomTheRuleRefuses(String actor) throws Exception {
		String id = this.actors.getOrCreate(actor, this.key).resolve().block().actorId();
		for (String user : new String[] { null, "ada" }) {
			assertThat(send("POST", "/gateway/%s/action/read".formatted(id), user, "{\"args\":[]}"))
				.contains("\"forbidden\"");
			assertThat(send("GET", "/gateway/%s/sse?snapshot=read".formatted(id), user, null)).contains("\"forbidden\"")
				.doesNotContain("gold");
			assertThat(send("GET", "/actors?actor_ids=" + id, user, null)).isEqualTo("{\"actors\":[]}");
			assertThat(send("DELETE", "/actors/" + id, user, null)).contains("\"forbidden\"");
			TestSocket byUrl = TestSocket.open(base() + "/gateway/" + id + "/connect", Encoding.JSON,
					TestHttp.headers(user));
			assertThat(byUrl.next(ToClient.Error.class).code()).isEqualTo("forbidden");
			TestSocket byProtocol = TestSocket.open(base() + "/connect", Encoding.JSON, TestHttp.headers(user),
					"rivet_actor." + id);
			assertThat(byProtocol.next(ToClient.Error.class).code()).isEqualTo("forbidden");
		}
		assertThat(send("GET", "/actors?name=" + actor, "ada", null)).isEqualTo("{\"actors\":[]}");
		assertThat(send("GET", "/actors?name=" + actor, "admin", null)).contains(id);
		assertThat(send("POST", "/gateway/nothing/action/read", null, "{\"args\":[]}")).contains("not_found");
		this.actors.byId(id).destroy().block();
	}

	@ParameterizedTest
	@MethodSource("guarded")
	void letsInWhomTheRuleLetsIn(String actor) throws Exception {
		assertThat(plain(actor, "admin")).isEqualTo("gold");
		try (TestClient client = connect(Encoding.EXTENDED_JSON, query(actor), "admin", snapshot())) {
			assertThat(client.next("Init").text("snapshot")).isEqualTo("gold");
		}
		assertThat(send("POST", query(actor).formatted("action/read"), "admin", "{\"args\":[]}")).contains("gold");
		assertThat(send("GET", "/actors?name=%s&key=%s".formatted(actor, this.key), "admin", null))
			.contains("actor_id");
		this.actors.get(actor, this.key).destroy().block();
	}

	@ParameterizedTest
	@MethodSource("guarded")
	void doesNotAskTheServerItself(String actor) {
		assertThat(this.actors.getOrCreate(actor, this.key).call("read", String.class).block()).isEqualTo("gold");
		this.actors.get(actor, this.key).destroy().block();
	}

	@Test
	void asksWhatStandsOnAMethodOfTheServer() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.actors.getOrCreate("byPreAuthorize", this.key).call("burn", String.class).block())
			.matches((ex) -> ex.code().equals("forbidden"));
		this.actors.get("byPreAuthorize", this.key).destroy().block();
	}

	@ParameterizedTest
	@ValueSource(strings = { "guests", "guestsByMethod" })
	void knowsWhoHasNotSignedInByRuleAndByMethod(String actor) throws Exception {
		assertThat(plain(actor, null)).isEqualTo("gold");
		assertThat(plain(actor, "ada")).isEqualTo("forbidden");
		assertThat(send("POST", query(actor).formatted("action/read"), null, "{\"args\":[]}")).contains("gold");
		assertThat(send("POST", query(actor).formatted("action/read"), "ada", "{\"args\":[]}"))
			.contains("\"forbidden\"");
		this.actors.get(actor, this.key).destroy().block();
	}

	@Test
	void takesTheServerItselfForNobodyWhoHasNotSignedIn() {
		assertThatExceptionOfType(RivetException.class)
			.isThrownBy(() -> this.actors.getOrCreate("guestsByMethod", this.key).call("read", String.class).block())
			.matches((ex) -> ex.code().equals("forbidden"));
		this.actors.get("guestsByMethod", this.key).destroy().block();
	}

	@Test
	void knowsTheKeyInTheRule() throws Exception {
		this.key = "ada";
		assertThat(plain("own", "ada")).isEqualTo("gold");
		assertThat(plain("own", "admin")).isEqualTo("forbidden");
		this.actors.get("own", this.key).destroy().block();
	}

	@ParameterizedTest
	@CsvSource({ "read,", "read,key", "later,", "interleaved,", "durable," })
	void asksForEachMessageOfAConnection(String action, @Nullable String idempotencyKey) {
		ToServer.CallOptions options = new ToServer.CallOptions(false, null, idempotencyKey);
		try (TestClient client = connect(Encoding.EXTENDED_JSON, query("switched"), "ada", TestClient.HELLO)) {
			client.next("Init");
			client.send(TestClient.request(1, action, options));
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("gold");
			this.right.on = false;
			client.send(TestClient.request(2, action, options));
			assertThat(client.next("Error").text("code")).isEqualTo("forbidden");
			client.subscribe("any");
			assertThat(client.next("SubscriptionResponse").value().path("error").path("code").asString(""))
				.isEqualTo("forbidden");
		}
		this.actors.get("switched", this.key).destroy().block();
	}

	@Test
	void asksOnAWorkerSinceARuleMayBlock() throws Exception {
		String id = this.actors.getOrCreate("switched", this.key).resolve().block().actorId();
		for (Encoding encoding : List.of(Encoding.EXTENDED_JSON, Encoding.EVENT_STREAM)) {
			try (TestClient client = connect(encoding, query("switched"), "ada", TestClient.HELLO)) {
				client.next("Init");
				assertAsked("connect", encoding.name());
				client.send(TestClient.request(1, "quick", ToServer.CallOptions.NONE));
				assertThat(client.next("ActionResponse").text("output")).isEqualTo("silver");
				assertAsked("call", encoding.name());
				client.subscribe("any");
				client.next("SubscriptionResponse");
				assertAsked("subscribe", encoding.name());
			}
		}
		for (String route : List.of("POST " + query("switched").formatted("action/quick"), "PUT /actors",
				"GET /actors?name=switched&key=" + this.key, "GET /actors?actor_ids=" + id, "GET /actors?name=switched",
				"DELETE /actors/" + id)) {
			String[] parts = route.split(" ");
			send(parts[0], parts[1], "ada",
					parts[0].equals("PUT") ? body("switched") : parts[0].equals("POST") ? "{\"args\":[]}" : null);
			assertAsked(route, "HTTP");
		}
	}

	private void assertAsked(String what, String how) {
		assertThat(this.right.asked).as("%s over %s asks", what, how).isTrue();
		assertThat(this.right.onEventLoop).as("%s over %s asks on an event loop", what, how).isFalse();
		this.right.asked = false;
	}

	@ParameterizedTest
	@ValueSource(strings = { "method", "intercepted", "interleaved" })
	void asksMethodsAndInterceptorsBeforeItRepeatsAnAnswer(String actor) {
		ToServer.CallOptions once = new ToServer.CallOptions(false, null, "key");
		this.right.on = false;
		try (TestClient client = connect(Encoding.EXTENDED_JSON, query(actor), "ada", TestClient.HELLO)) {
			client.next("Init");
			client.send(TestClient.request(1, "read", once));
			assertThat(client.next("Error").text("code")).isEqualTo("forbidden");
			this.right.on = true; // the refusal has not been kept
			client.send(TestClient.request(2, "read", once));
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("1");
			client.send(TestClient.request(3, "read", once));
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("1");
			this.right.on = false;
			client.send(TestClient.request(4, "read", once));
			assertThat(client.next("Error").text("code")).isEqualTo("forbidden");
			this.right.on = true;
			client.send(TestClient.request(5, "read", once));
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("1");
		}
		this.actors.get(actor, this.key).destroy().block();
	}

	@Test
	void leavesNothingOfAnInstanceThatMayNotBeCreated() throws Exception {
		int before = this.node.size();
		assertThat(plain("gate", "ada")).isEqualTo("forbidden");
		assertThat(send("POST", query("gate").formatted("action/read"), null, "{\"args\":[]}"))
			.contains("\"forbidden\"");
		assertThat(send("PUT", "/actors", "ada", body("gate"))).contains("\"forbidden\"");
		assertThat(send("POST", "/actors", "ada", body("gate"))).contains("\"forbidden\"");
		try (TestClient client = connect(Encoding.EVENT_STREAM, query("gate"), "ada", TestClient.HELLO)) {
			assertThat(client.nextExtended().text("code")).isEqualTo("forbidden");
		}
		Awaitility.await().untilAsserted(() -> assertThat(this.node.size()).isEqualTo(before));
		assertThat(send("GET", "/actors?name=gate", "admin", null)).isEqualTo("{\"actors\":[]}");
		assertThat(Gate.CREATED).hasValue(0);
		assertThat(plain("gate", "admin")).isEqualTo("gold");
		assertThat(plain("gate", "ada")).isEqualTo("gold"); // it exists now
		assertThat(Gate.CREATED).hasValue(1);
		this.actors.get("gate", this.key).destroy().block();
	}

	@Test
	void listsOnWhereAPageHasNothingThatTheCallerMaySee() throws Exception {
		List<String> keys = List.of("aa", "ab", "ada");
		keys.forEach((each) -> this.actors.getOrCreate("own", each).resolve().block());
		String first = send("GET", "/actors?name=own&limit=2", "ada", null);
		assertThat(first).contains("\"actors\":[]", "\"cursor\"");
		String cursor = first.replaceFirst(".*\"cursor\":\"([^\"]*)\".*", "$1");
		assertThat(send("GET", "/actors?name=own&limit=2&cursor=" + cursor, "ada", null)).contains("\"key\":\"ada\"");
		keys.forEach((each) -> this.actors.get("own", each).destroy().block());
	}

	@Test
	void letsCreateByTheParams() {
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, null, JsonNodeFactory.instance.stringNode("ticket"),
				null, null);
		try (TestClient client = connect(Encoding.EXTENDED_JSON, query("gate"), null, hello)) {
			assertThat(client.nextExtended().tag()).isEqualTo("Init");
		}
		this.actors.get("gate", this.key).destroy().block();
		Gate.CREATED.set(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "saysNo", "saysNull", "saysNoLater", "saysNothingLater", "saysNullLater" })
	void letsNobodyCreateWithoutAYes(String actor) throws Exception {
		assertThat(plain(actor, "admin")).isEqualTo("forbidden");
		try (TestClient client = connect(Encoding.EVENT_STREAM, query(actor), "admin", TestClient.HELLO)) {
			assertThat(client.nextExtended().text("code")).isEqualTo("forbidden");
		}
		assertThat(send("POST", query(actor).formatted("action/read"), "admin", "{\"args\":[]}"))
			.contains("\"forbidden\"");
		assertThat(send("PUT", "/actors", "admin", body(actor))).contains("\"forbidden\"");
		assertThat(send("GET", "/actors?name=" + actor, "admin", null)).isEqualTo("{\"actors\":[]}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "saysYesLater", "returns", "ends" })
	void letsCreateByAYesAndByTheEndOfAMethodThatReturnsNothing(String actor) {
		assertThat(plain(actor, "ada")).isEqualTo("gold");
		this.actors.get(actor, this.key).destroy().block();
	}

	@ParameterizedTest
	@CsvSource({ "default,gold", "staff,forbidden", "other,forbidden" })
	void knowsTheNamespaceInTheRule(String namespace, String result) throws Exception {
		String query = query("spaced").replace("rvt-namespace=default", "rvt-namespace=" + namespace);
		assertThat(send("POST", query.formatted("action/read"), "ada", "{\"args\":[]}"))
			.contains("\"%s\"".formatted(result));
		assertThat(send("POST", query.formatted("action/read"), "admin", "{\"args\":[]}"))
			.contains(namespace.equals("other") ? "\"forbidden\"" : "\"gold\"");
		assertThat(send("GET", "/actors?name=spaced&key=%s&namespace=%s".formatted(this.key, namespace), "ada", null))
			.contains(result.equals("gold") ? "actor_id" : "\"forbidden\"");
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	private String query(String actor) {
		return TestClient.query(actor, this.key, "@@").replace("%", "%%").replace("@@", "%s");
	}

	private String body(String actor) {
		return "{\"name\":\"%s\",\"key\":\"%s\"}".formatted(actor, this.key);
	}

	/**
	 * What a client of the plain protocol gets: the result of an action, or the code of
	 * its refusal.
	 */
	private String plain(String actor, @Nullable String user) {
		try (TestSocket socket = TestSocket.open(base() + query(actor).formatted("connect"), Encoding.JSON,
				TestHttp.headers(user))) {
			ToClient first = socket.next(ToClient.class);
			if (first instanceof ToClient.Error error) {
				return error.code();
			}
			socket.call(1, "read");
			ToClient answer = socket.next(ToClient.class);
			return (answer instanceof ToClient.Error error) ? error.code()
					: ((ToClient.ActionResponse) answer).output().stringValue();
		}
	}

	private TestClient connect(Encoding encoding, String query, @Nullable String user, ToServer.Hello hello) {
		if (encoding == Encoding.EVENT_STREAM) {
			return (user != null) ? TestStream.post(base(), query.formatted("sse"), hello, "authorization",
					TestHttp.authorization(user)) : TestStream.post(base(), query.formatted("sse"), hello);
		}
		TestSocket socket = TestSocket.open(base() + query.formatted("connect"), encoding, TestHttp.headers(user));
		socket.send(hello);
		return socket;
	}

	private static ToServer.Hello snapshot() {
		return new ToServer.Hello(List.of(), null, new ToServer.Snapshot("read", List.of()), null, null, null);
	}

	private String send(String method, String path, @Nullable String user, @Nullable String body) throws Exception {
		return TestHttp.send(method, base() + path, user, body);
	}

	/** A right that can be taken away. */
	static class Switch {

		volatile boolean on = true;

		volatile boolean asked;

		volatile boolean onEventLoop;

		public boolean isOn() {
			this.asked = true;
			this.onEventLoop |= Schedulers.isInNonBlockingThread();
			return this.on;
		}

	}

	abstract static class Holder {

		@CreateState
		String createState() {
			return "gold";
		}

		@Action(snapshot = true)
		String read(ActorContext<String, ?> c) {
			return c.state();
		}

	}

	@Actor(value = "byExpression", access = "hasRole('ADMIN')")
	static class ByExpression extends Holder {

	}

	@Actor("byPreAuthorize")
	@PreAuthorize("hasRole('ADMIN')")
	static class ByPreAuthorize extends Holder {

		@Action
		@PreAuthorize("hasRole('FIREMAN')")
		String burn() {
			return "ashes";
		}

	}

	@Actor("bySecured")
	@Secured("ROLE_ADMIN")
	static class BySecured extends Holder {

	}

	@Actor("byRoles")
	@RolesAllowed("ADMIN")
	static class ByRoles extends Holder {

	}

	@Actor(value = "own", access = "#key.parts()[0] == authentication.name")
	static class Own extends Holder {

	}

	@Actor(value = "switched", access = "@right.on")
	static class Switched extends Holder {

		@Action
		Mono<String> later() {
			return Mono.just("gold");
		}

		@Action(interleave = true)
		String interleaved() {
			return "gold";
		}

		@Action(durable = true)
		String durable() {
			return "gold";
		}

		@Action(blocking = false)
		String quick() {
			return "silver";
		}

	}

	@Actor(value = "guests", access = "isAnonymous()")
	static class Guests extends Holder {

	}

	@Actor("guestsByMethod")
	static class GuestsByMethod {

		@Action
		@PreAuthorize("isAnonymous()")
		String read() {
			return "gold";
		}

	}

	@Actor("method")
	static class Method {

		private final AtomicInteger calls = new AtomicInteger();

		@Action
		@PreAuthorize("@right.on")
		String read() {
			return String.valueOf(this.calls.incrementAndGet());
		}

	}

	/** An interceptor decides which callers are allowed. */
	@Actor("intercepted")
	static class Intercepted {

		private final AtomicInteger calls = new AtomicInteger();

		@Action
		String read() {
			return String.valueOf(this.calls.incrementAndGet());
		}

	}

	@Actor("interleaved")
	static class Interleaved {

		private final AtomicInteger calls = new AtomicInteger();

		@Action(interleave = true)
		String read() {
			return String.valueOf(this.calls.incrementAndGet());
		}

	}

	static class Interceptor implements InboundInterceptor {

		private final Switch right;

		Interceptor(Switch right) {
			this.right = right;
		}

		@Override
		public boolean supports(Inbound inbound) {
			return inbound.kind() == Inbound.Kind.ACTION && inbound.actor().name().startsWith("inter");
		}

		@Override
		public Mono<?> intercept(Inbound inbound, Next next) {
			return this.right.isOn() ? next.proceed(inbound)
					: Mono.error(() -> new RivetException(ErrorCode.FORBIDDEN));
		}

	}

	@Actor("gate")
	static class Gate extends Holder {

		static final AtomicInteger CREATED = new AtomicInteger();

		@CanCreate
		boolean mayCreate(ActorContext<?, ?> c, java.security.@Nullable Principal principal,
				@ConnParams @Nullable String ticket) {
			assertThat(c.key().parts()).hasSize(1);
			return "ticket".equals(ticket) || principal != null && principal.getName().equals("admin");
		}

		@Override
		@CreateState
		String createState() {
			CREATED.incrementAndGet();
			return super.createState();
		}

	}

	@Actor("saysNo")
	static class SaysNo extends Holder {

		@CanCreate
		boolean mayCreate() {
			return false;
		}

	}

	@Actor("saysNull")
	static class SaysNull extends Holder {

		@CanCreate
		@Nullable Boolean mayCreate() {
			return null;
		}

	}

	@Actor("saysNoLater")
	static class SaysNoLater extends Holder {

		@CanCreate
		Mono<Boolean> mayCreate() {
			return Mono.just(false);
		}

	}

	@Actor("saysNothingLater")
	static class SaysNothingLater extends Holder {

		@CanCreate
		Mono<Boolean> mayCreate() {
			return Mono.empty();
		}

	}

	@Actor("saysNullLater")
	static class SaysNullLater extends Holder {

		@CanCreate
		CompletableFuture<@Nullable Boolean> mayCreate() {
			return CompletableFuture.completedFuture(null);
		}

	}

	@Actor("saysYesLater")
	static class SaysYesLater extends Holder {

		@CanCreate
		Mono<Boolean> mayCreate() {
			return Mono.just(true);
		}

	}

	@Actor("returns")
	static class Returns extends Holder {

		@CanCreate
		void mayCreate() {
		}

	}

	@Actor("ends")
	static class Ends extends Holder {

		@CanCreate
		Mono<Void> mayCreate() {
			return Mono.empty();
		}

	}

	@Actor(value = "spaced", access = "#namespace == 'default' || #namespace == 'staff' && hasRole('ADMIN')")
	static class Spaced extends Holder {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMethodSecurity(securedEnabled = true, jsr250Enabled = true)
	@Import({ TestUsers.class, ByExpression.class, ByPreAuthorize.class, BySecured.class, ByRoles.class, Own.class,
			Switched.class, Method.class, Intercepted.class, Interleaved.class, Interceptor.class, Gate.class,
			Guests.class, GuestsByMethod.class, SaysNo.class, SaysNull.class, SaysNoLater.class, SaysNothingLater.class,
			SaysNullLater.class, SaysYesLater.class, Returns.class, Ends.class, Spaced.class })
	static class Application {

		@Bean
		Switch right() {
			return new Switch();
		}

		@Bean
		SecurityWebFilterChain chain(ServerHttpSecurity http) {
			return http.authorizeExchange((exchange) -> exchange.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.connection.Connections;
import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Which clients count as signed in, and which identities are the same user, on each
 * transport.
 */
@SpringBootTest(classes = IdentityApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s",
				"rivet.events.actor.worker-threads=1" })
class IdentityIntegrationTests {

	private static final AtomicInteger KEYS = new AtomicInteger();

	private static final String A = "https://a.example";

	private final HttpClient http = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Autowired
	private Connections connections;

	@Autowired
	@Qualifier("rivetActorWorkers")
	private Scheduler workers;

	private String key;

	@BeforeEach
	void useFreshKey() {
		this.key = "k" + KEYS.incrementAndGet();
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	@ParameterizedTest
	@CsvSource({ "JSON,,nobody", "JSON,user:ada,ada", "JSON,remembered:ada,ada", "JSON,token:ada@i,ada",
			"EXTENDED_JSON,,nobody", "EXTENDED_JSON,user:ada,ada", "EXTENDED_JSON,remembered:ada,ada",
			"EXTENDED_CBOR,,nobody", "EXTENDED_CBOR,remembered:ada,ada", "EVENT_STREAM,,nobody",
			"EVENT_STREAM,user:ada,ada", "EVENT_STREAM,remembered:ada,ada", "EVENT_STREAM,token:ada@i,ada" })
	void knowsWhoHasSignedIn(Encoding encoding, @Nullable String as, String name) {
		try (TestClient client = open(encoding, as, TestClient.HELLO)) {
			assertThat(call(client, "who")).isEqualTo(name);
			assertThat(call(client, "whoByThread")).isEqualTo(name.equals("nobody") ? "anonymousUser" : name);
			assertThat(call(client, "whoByReactor")).isEqualTo(name);
			assertThat(call(client, "whoByAnnotation")).isEqualTo(name.equals("nobody") ? name : "somebody");
			assertThat(call(client, "whoByInterface")).isEqualTo(name.equals("nobody") ? name : "somebody");
			assertThat(call(client, "whoByContext")).isEqualTo(name);
			assertThat(call(client, "whoByBean")).isEqualTo(name.toUpperCase(Locale.ROOT));
			assertThat(call(client, "whoByOtherType")).isEqualTo("none");
		}
	}

	@ParameterizedTest
	@CsvSource({ ",nobody", "user:ada,ada", "remembered:ada,ada" })
	void knowsWhoHasSignedInOverHttp(@Nullable String as, String name) {
		assertThat(post("/action/who", as, "{\"args\":[]}").body()).contains(name);
		assertThat(post("/action/whoByThread", as, "{\"args\":[]}").body())
			.contains(name.equals("nobody") ? "anonymousUser" : name);
		assertThat(post("/action/whoByContext", as, "{\"args\":[]}").body()).contains(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "whoByContext", "whoByBean", "whoByAnnotation", "whoByInterface" })
	void takesNothingOfAClientForTheCaller(String action) {
		assertThat(post("/action/" + action, "user:ada", "{\"args\":[\"victim\"]}").body()).contains("too many")
			.doesNotContainIgnoringCase("victim\"");
	}

	@Test
	void failsForAContextOfTheWrongTypeWhereThatIsAnError() {
		assertThat(post("/action/whoByWrongType", "user:ada", "{\"args\":[]}").statusCode()).isEqualTo(500);
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void takesCredentialsOfAClientThatIsAnonymous(Encoding encoding) {
		try (TestClient client = open(encoding, null, hello("user:ada"))) {
			assertThat(call(client, "who")).isEqualTo("ada");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void takesCredentialsOfTheUserOfTheHandshake(Encoding encoding) {
		try (TestClient client = open(encoding, "token:ada@" + A, hello("token:ada@" + A))) {
			assertThat(call(client, "who")).isEqualTo("ada");
		}
	}

	@ParameterizedTest
	@CsvSource({ "EXTENDED_JSON,user:ada,user:linus", "EVENT_STREAM,user:ada,user:linus",
			"EXTENDED_JSON,token:ada@a,token:ada@b", "EVENT_STREAM,token:ada@a,user:ada",
			"EXTENDED_JSON,remembered:ada,user:linus" })
	void refusesCredentialsOfAnotherUserThanTheHandshake(Encoding encoding, String handshake, String credentials) {
		TestClient client = connect(encoding, handshake, hello(credentials));
		assertThat(client.nextExtended().text("code")).isEqualTo("identity_conflict");
		Received close = client.nextExtended();
		assertThat(close.tag()).isEqualTo("Close");
		assertThat(close.text("advice")).isEqualTo("never");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void refusesCredentialsThatStandForNobody(Encoding encoding) {
		TestClient client = connect(encoding, null, hello("anonymous:guest"));
		assertThat(client.nextExtended().text("code")).isEqualTo("authentication_required");
	}

	@ParameterizedTest
	@CsvSource({ ",nobody", "user:ada,ada" })
	void takesParamsOfAnAnonymousTokenForNothing(@Nullable String handshake, String name) {
		try (TestSocket socket = TestSocket.open(base() + TestSocket.query("desk", this.key), Encoding.JSON,
				headers(handshake), "rivet_conn_params.%7B%22as%22%3A%22anonymous%3Aguest%22%7D")) {
			socket.next(ToClient.Init.class);
			assertThat(call(socket, "who")).isEqualTo(name);
		}
	}

	@Test
	void refusesParamsOfAnotherUserThanTheHandshake() {
		TestSocket socket = TestSocket.open(base() + TestSocket.query("desk", this.key), Encoding.JSON,
				headers("user:ada"), "rivet_conn_params.%7B%22as%22%3A%22user%3Alinus%22%7D");
		assertThat(socket.next(ToClient.Error.class).code()).isEqualTo("identity_conflict");
		assertThat(socket.closed()).isEqualTo(new CloseStatus(1011, "auth.identity_conflict"));
	}

	@ParameterizedTest
	@CsvSource({ ",,anonymousUser", "user:ada,,anonymousUser", ",user:ada,ada", "user:ada,user:linus,linus" })
	void leavesNothingOnTheThread(@Nullable String first, @Nullable String second, String name) {
		try (TestClient one = open(Encoding.JSON, first, null); TestClient two = open(Encoding.JSON, second, null)) {
			for (int i = 0; i < 5; i++) {
				assertThat(call(one, "leave")).isEqualTo("left");
				assertNothingIsOnTheWorker();
				assertThat(call(two, "whoByThread")).isEqualTo(name);
				assertThat(call(two, "isInterrupted")).isEqualTo("false");
			}
		}
	}

	@Test
	void leavesNothingOnTheThreadThatLetsClientsIn() {
		for (int i = 0; i < 5; i++) {
			try (TestSocket socket = TestSocket.open(base() + TestSocket.query("gate", this.key), Encoding.JSON,
					headers("user:ada"))) {
				socket.next(ToClient.Init.class);
				assertNothingIsOnTheWorker();
			}
		}
	}

	private void assertNothingIsOnTheWorker() {
		assertThat(onWorker(() -> nameIn(SecurityContextHolder.getContext()))).isEqualTo("nobody");
		assertThat(onWorker(() -> Thread.currentThread().isInterrupted())).isEqualTo(false);
		assertThatIllegalStateException().isThrownBy(() -> onWorker(() -> ActorContext.current().name()));
	}

	/** The only worker is the one that has called the action. */
	private Object onWorker(Callable<Object> question) {
		return Mono.fromCallable(question).subscribeOn(this.workers).block(Duration.ofSeconds(10));
	}

	private static String nameIn(SecurityContext context) {
		return (context.getAuthentication() != null) ? context.getAuthentication().getName() : "nobody";
	}

	@ParameterizedTest
	@CsvSource({ ",nobody", "user:ada,ada" })
	void putsBackWhatWasOnTheThread(@Nullable String as, String name) throws Exception {
		try (TestClient client = open(Encoding.JSON, as, null)) {
			call(client, "who");
		}
		SecurityContextDecorator decorator = new SecurityContextDecorator(
				SecurityContextHolder.getContextHolderStrategy());
		Authentication outer = new TestingAuthenticationToken("outer", null, "ROLE_ADMIN");
		SecurityContext before = new SecurityContextImpl(outer);
		SecurityContextHolder.setContext(before);
		try {
			AtomicReference<String> seen = new AtomicReference<>();
			Object result = decorator.around(IdentityApplication.LAST.get(), () -> {
				seen.set(nameIn(SecurityContextHolder.getContext()));
				SecurityContextHolder.getContext().setAuthentication(outer);
				return ReactiveSecurityContextHolder.getContext()
					.map(IdentityIntegrationTests::nameIn)
					.defaultIfEmpty("nobody");
			});
			assertThat(seen).hasValue(name.equals("nobody") ? "anonymousUser" : name);
			assertThat(((Mono<?>) result).contextWrite(ReactiveSecurityContextHolder.withAuthentication(outer))
				.block(Duration.ofSeconds(10))).isEqualTo(name);
			assertThat(SecurityContextHolder.getContext()).isSameAs(before);
			assertThatIllegalStateException().isThrownBy(() -> decorator.around(IdentityApplication.LAST.get(), () -> {
				throw new IllegalStateException("on purpose");
			}));
			assertThat(SecurityContextHolder.getContext()).isSameAs(before);
			assertThat(before.getAuthentication()).isSameAs(outer);
		}
		finally {
			SecurityContextHolder.clearContext();
		}
	}

	@ParameterizedTest
	@CsvSource({ "token,https://a.example,https://b.example", "login,github,gitlab" })
	void tellsUsersOfTwoIssuersApart(String kind, String a, String b) {
		try (TestClient ofA = open(Encoding.JSON, kind + ":ada@" + a, null);
				TestClient ofB = open(Encoding.JSON, kind + ":ada@" + b, null);
				TestClient plain = open(Encoding.JSON, "user:ada", null);
				TestClient forger = open(Encoding.JSON, "user:" + a + "|ada", null)) {
			plain.call(9, "tell", "ada", a);
			assertThat(ofA.next(ToClient.Event.class).name()).isEqualTo("told");
			for (TestClient other : List.of(ofB, plain, forger)) {
				assertThat(other.next(ToClient.Event.class).name()).isEqualTo("others");
			}
			plain.next(ToClient.ActionResponse.class);
			this.connections.sendToUser("ada", "last", 1);
			this.connections.user("ada", b).send("last", 2);
			this.connections.user(a + "|ada").send("last", 3);
			assertThat(ofB.next(ToClient.Event.class).args().get(0).intValue()).isEqualTo(2);
			assertThat(plain.next(ToClient.Event.class).args().get(0).intValue()).isEqualTo(1);
			assertThat(forger.next(ToClient.Event.class).args().get(0).intValue()).isEqualTo(3);
			assertThat(call(ofA, "who")).isEqualTo("ada"); // nothing came before
			assertThat(this.connections.ofUser("ada")).hasSize(1);
			assertThat(this.connections.ofUser("ada", a)).hasSize(1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "token,https://a.example,https://b.example", "login,github,gitlab" })
	void keepsAnswersOfTwoIssuersApart(String kind, String a, String b) {
		ToServer.CallOptions once = new ToServer.CallOptions(false, null, "key-1");
		try (TestClient ofA = open(Encoding.EXTENDED_JSON, kind + ":ada@" + a, TestClient.HELLO);
				TestClient again = open(Encoding.EXTENDED_JSON, kind + ":ada@" + a, TestClient.HELLO);
				TestClient ofB = open(Encoding.EXTENDED_JSON, kind + ":ada@" + b, TestClient.HELLO)) {
			int first = pay(ofA, once);
			assertThat(pay(again, once)).isEqualTo(first);
			assertThat(pay(ofB, once)).isEqualTo(first + 1);
		}
	}

	@Test
	void keepsAnswersOfTwoActionsApart() {
		ToServer.CallOptions once = new ToServer.CallOptions(false, null, "key-2");
		try (TestClient client = open(Encoding.EXTENDED_JSON, "user:ada", TestClient.HELLO)) {
			pay(client, once);
			client.send(TestClient.request(2, "who", once));
			assertThat(client.next("ActionResponse").text("output")).isEqualTo("ada");
		}
	}

	private static int pay(TestClient client, ToServer.CallOptions once) {
		client.send(TestClient.request(1, "pay", once));
		return client.next("ActionResponse").value().get("output").intValue();
	}

	@ParameterizedTest
	@CsvSource({ "token:ada@a,token:ada@a,202", "token:ada@a,token:ada@b,403", "token:ada@a,user:ada,403",
			"token:ada@a,,202", ",,202", ",user:ada,403" })
	void takesMessagesOfTheOwnerOfAStream(@Nullable String owner, @Nullable String sender, int status)
			throws Exception {
		try (TestStream stream = (TestStream) connect(Encoding.EVENT_STREAM, owner, TestClient.HELLO)) {
			Received init = stream.next("Init");
			HttpRequest.Builder request = HttpRequest
				.newBuilder(URI.create(base() + "/connections/" + init.text("connectionId")))
				.header("content-type", "application/json")
				.header("x-rivet-secret", init.text("secret"))
				.POST(HttpRequest.BodyPublishers.ofString("[]"));
			if (sender != null) {
				request.header(IdentityApplication.AS, sender);
			}
			assertThat(this.http.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode())
				.isEqualTo(status);
		}
	}

	@ParameterizedTest
	@CsvSource({ "token:ada@a,token:ada@a,resumed", "token:ada@a,token:ada@b,resynced",
			"token:ada@a,user:ada,resynced" })
	void resumesTheStreamOfItsOwner(String owner, String other, String outcome) {
		TestClient first = connect(Encoding.EXTENDED_JSON, owner, TestClient.HELLO);
		Received init = first.next("Init");
		ToServer.Hello back = new ToServer.Hello(List.of(),
				TestClient.resume(init, init.value().get("position").longValue()), null, null, null, null);
		try (TestClient second = connect(Encoding.EXTENDED_JSON, other, back)) {
			assertThat(second.next("Init").text("outcome")).isEqualTo(outcome);
		}
		first.close();
	}

	/** Otherwise a user would become anonymous without notice. */
	@Test
	void refusesAnAnonymousClientThatResumesTheStreamOfAUser() {
		TestClient first = connect(Encoding.EXTENDED_JSON, "token:ada@a", TestClient.HELLO);
		Received init = first.next("Init");
		ToServer.Hello back = new ToServer.Hello(List.of(),
				TestClient.resume(init, init.value().get("position").longValue()), null, null, null, null);
		TestClient second = connect(Encoding.EXTENDED_JSON, null, back);
		assertThat(second.closed()).isEqualTo(new CloseStatus(1011, "auth.authentication_required"));
		first.close();
	}

	@Test
	void closesTheConnectionsOfASessionAtLogoutWhateverItsIdWas() throws Exception {
		String cookie = login(null);
		HttpHeaders headers = new HttpHeaders();
		headers.set("cookie", cookie);
		TestSocket first = TestSocket.open(base() + TestSocket.query("desk", this.key), Encoding.JSON, headers);
		first.next(ToClient.Init.class);
		assertThat(call(first, "who")).isEqualTo("ada");
		String changed = login(cookie);
		assertThat(changed).isNotEqualTo(cookie);
		TestStream second = TestStream.get(base(), TestClient.query("desk", this.key, "sse"), "cookie", changed);
		second.next("Init");
		String elsewhere = login(null);
		headers.set("cookie", elsewhere);
		try (TestSocket other = TestSocket.open(base() + TestSocket.query("desk", this.key), Encoding.JSON, headers)) {
			other.next(ToClient.Init.class);
			form("/logout", login(changed), "");
			assertThat(first.closed()).isEqualTo(new CloseStatus(1011, "auth.logged_out"));
			assertThat(second.next("Close").text("code")).isEqualTo("logged_out");
			assertThat(call(other, "who")).isEqualTo("ada");
		}
	}

	private String login(@Nullable String cookie) throws Exception {
		HttpResponse<String> response = form("/login", cookie, "username=ada&password=ada");
		return response.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
	}

	private HttpResponse<String> form(String path, @Nullable String cookie, String body) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:%d%s".formatted(this.port, path)))
			.header("content-type", "application/x-www-form-urlencoded")
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (cookie != null) {
			request.header("cookie", cookie);
		}
		return this.http.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private HttpResponse<String> post(String route, @Nullable String as, String body) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(base() + TestClient.query("desk", this.key, route.substring(1))))
			.header("content-type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (as != null) {
			request.header(IdentityApplication.AS, as);
		}
		return this.http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).join();
	}

	private static ToServer.Hello hello(String as) {
		JsonNode credentials = new JsonMapper().valueToTree(Map.of("as", as));
		return new ToServer.Hello(List.of(), null, null, null, credentials, null);
	}

	private TestClient open(Encoding encoding, @Nullable String as, ToServer.@Nullable Hello hello) {
		TestClient client = connect(encoding, as, hello);
		if (encoding.isExtended()) {
			client.next("Init");
		}
		else {
			client.next(ToClient.Init.class);
		}
		return client;
	}

	private TestClient connect(Encoding encoding, @Nullable String as, ToServer.@Nullable Hello hello) {
		if (encoding == Encoding.EVENT_STREAM) {
			String query = TestClient.query("desk", this.key, "sse");
			return (as != null) ? TestStream.post(base(), query, hello, IdentityApplication.AS, as)
					: TestStream.post(base(), query, hello);
		}
		TestSocket socket = TestSocket.open(base() + TestSocket.query("desk", this.key), encoding, headers(as));
		if (encoding.isExtended()) {
			socket.send(hello);
		}
		return socket;
	}

	private static HttpHeaders headers(@Nullable String as) {
		HttpHeaders headers = new HttpHeaders();
		if (as != null) {
			headers.set(IdentityApplication.AS, as);
		}
		return headers;
	}

	private static String call(TestClient client, String action) {
		client.call(1, action);
		return client.next(ToClient.ActionResponse.class).output().stringValue();
	}

}

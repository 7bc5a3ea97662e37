/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.JsonNode;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tickets for connections, issued behind the filter chain of the application.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, classes = TicketApplication.class,
		properties = { "rivet.events.websocket.rejection-delay=10ms", "rivet.events.shutdown.spread=0s",
				"rivet.events.security.authentication-required=true",
				"rivet.events.security.allowed-origins=https://app.example" })
class TicketIntegrationTests {

	private static final String APP = "https://app.example";

	@LocalServerPort
	private int port;

	private TicketClient client() {
		return TicketClient.of(this.port);
	}

	private String[] signIn(String kind) throws Exception {
		return switch (kind) {
			case "session" -> client().session("ada");
			case "bearer" -> TicketClient.bearer("ada");
			default -> TicketClient.basic("ada");
		};
	}

	@ParameterizedTest
	@CsvSource({ "session, EXTENDED_JSON", "session, EXTENDED_CBOR", "session, EVENT_STREAM", "session, JSON",
			"bearer, EXTENDED_JSON", "bearer, EVENT_STREAM", "bearer, BARE", "basic, EXTENDED_JSON",
			"basic, EVENT_STREAM", "basic, CBOR" })
	void connectsTheUserOfATicket(String kind, Encoding encoding) throws Exception {
		String[] headers = signIn(kind);
		String ticket = client().ticket(kind.equals("bearer") ? headers : TicketClient.withCsrf(headers));
		assertReads(client().connect(encoding, ticket), encoding, "ada");
	}

	@Test
	void answersATicketThatIsNotCached() throws Exception {
		HttpResponse<String> answer = client().post("{}", TicketClient.bearer("ada"));
		assertThat(answer.statusCode()).isEqualTo(200);
		assertThat(answer.headers().firstValue("content-type")).contains("application/json");
		assertThat(answer.headers().allValues("cache-control")).containsExactly("no-store");
		assertThat(TicketClient.json(answer).get("expiresIn").intValue()).isEqualTo(30_000);
	}

	/** A page of another site could send the cookie, or Basic credentials. */
	@ParameterizedTest
	@ValueSource(strings = { "session", "basic" })
	void requiresTheTokenAgainstCsrf(String kind) throws Exception {
		assertThat(client().post(null, signIn(kind)).statusCode()).isEqualTo(403);
	}

	@Test
	void answersProblemsToOthers() throws Exception {
		String[] csrf = TicketClient.withCsrf(new String[] { "x-none", "" });
		assertProblem(client().post(null, csrf), 401, "auth.authentication_required");
		String[] ada = TicketClient.bearer("ada");
		assertProblem(client().post("{\"actor\":7}", ada), 400, "request.invalid");
		assertProblem(client().post("no JSON", ada), 400, "request.invalid");
		assertProblem(client().post("x".repeat(5000), ada), 400, "message.incoming_too_long");
		assertProblem(client().post(null, ada[0], ada[1], "origin", "https://evil.example"), 403, "auth.forbidden");
		HttpRequest get = HttpRequest.newBuilder(URI.create(client().base() + "/ticket")).headers(ada).build();
		assertProblem(TicketClient.send(get), 405, "actor.method_not_allowed");
		HttpRequest form = HttpRequest.newBuilder(URI.create(client().base() + "/ticket"))
			.headers(ada)
			.header("content-type", "text/plain")
			.POST(HttpRequest.BodyPublishers.ofString("{}"))
			.build();
		assertProblem(TicketClient.send(form), 400, "request.invalid");
	}

	@Test
	void isBoundToTheOriginOfThePage() throws Exception {
		String[] ada = TicketClient.bearer("ada");
		String ofApp = client().ticket(ada[0], ada[1], "origin", APP);
		assertRejected(client().connect(Encoding.EXTENDED_JSON, ofApp));
		assertRejected(client().connect(Encoding.EVENT_STREAM, ofApp, "origin", client().server()));
		assertReads(client().connect(Encoding.EXTENDED_JSON, ofApp, "origin", APP), Encoding.EXTENDED_JSON, "ada");
	}

	@Test
	void isBoundToTheActor() throws Exception {
		JsonNode answer = TicketClient.json(client().post("{\"actor\":\"vault\"}", TicketClient.bearer("ada")));
		String ticket = answer.get("ticket").stringValue();
		assertRejected(client().connectTo("desk", Encoding.EXTENDED_JSON, ticket));
		try (TestClient vault = client().connectTo("vault", Encoding.EXTENDED_JSON, ticket)) {
			vault.next("Init");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	@ExtendWith(OutputCaptureExtension.class)
	void connectsOnce(Encoding encoding, CapturedOutput output) throws Exception {
		String ticket = client().ticket(TicketClient.bearer("ada"));
		try (TestClient first = client().connect(encoding, ticket)) {
			first.next("Init");
			assertRejected(client().connect(encoding, ticket));
			assertRejected(client().connect(encoding, "rt1.forged"));
		}
		assertThat(output).doesNotContain(ticket, ticket.substring(4, 40));
	}

	@Test
	void rejectsAPlainClientWithAUsedTicket() throws Exception {
		String ticket = client().ticket(TicketClient.bearer("ada"));
		assertReads(client().connect(Encoding.JSON, ticket), Encoding.JSON, "ada");
		TestClient second = client().connect(Encoding.JSON, ticket);
		assertThat(second.next(ToClient.Error.class).code()).isEqualTo("invalid_credentials");
		assertThat(second.closed()).isEqualTo(new CloseStatus(1011, "auth.invalid_credentials"));
	}

	@Test
	void rejectsATicketOfAnotherUserThanTheHandshake() throws Exception {
		String ticket = client().ticket(TicketClient.bearer("ada"));
		TestClient client = client().connect(Encoding.EXTENDED_JSON, ticket, TicketClient.basic("linus"));
		assertThat(client.nextExtended().text("code")).isEqualTo("identity_conflict");
	}

	@Test
	void acceptsOtherCredentialsAsBefore() {
		assertReads(
				client().connectTo("desk", Encoding.EXTENDED_JSON, Map.of("token", TicketApplication.token("linus"))),
				Encoding.EXTENDED_JSON, "linus");
	}

	@ParameterizedTest
	@EnumSource(names = { "EXTENDED_JSON", "EVENT_STREAM" })
	void closesWithTheSessionOfTheTicket(Encoding encoding) throws Exception {
		String[] session = TicketClient.withCsrf(client().session("ada"));
		try (TestClient socket = client().connect(encoding, client().ticket(session));
				TestClient other = client().connect(encoding, client().ticket(TicketClient.bearer("ada")))) {
			socket.next("Init");
			other.next("Init");
			logout(session);
			assertThat(socket.next("Close").text("code")).isEqualTo("logged_out");
			other.call(1, "who");
			other.next("ActionResponse");
		}
	}

	@Test
	void rejectsATicketOfASessionThatHasBeenLoggedOut() throws Exception {
		String[] session = TicketClient.withCsrf(client().session("ada"));
		String ticket = client().ticket(session);
		logout(session);
		assertRejected(client().connect(Encoding.EXTENDED_JSON, ticket));
	}

	private void logout(String[] session) throws Exception {
		TicketClient.send(HttpRequest.newBuilder(URI.create(client().server() + "/logout"))
			.headers(session)
			.POST(HttpRequest.BodyPublishers.noBody())
			.build());
	}

	private static void assertReads(TestClient client, Encoding encoding, String user) {
		try (client) {
			if (encoding.isExtended()) {
				client.next("Init");
			}
			else {
				client.next(ToClient.Init.class);
			}
			client.call(1, "who");
			assertThat(client.next(ToClient.ActionResponse.class).output().stringValue()).isEqualTo(user);
		}
	}

	private static void assertRejected(TestClient client) {
		assertThat(client.nextExtended().text("code")).isEqualTo("invalid_credentials");
		assertThat(client.next("Close").text("advice")).isEqualTo("credentials");
	}

	private static void assertProblem(HttpResponse<String> answer, int status, String error) {
		assertThat(answer.statusCode()).isEqualTo(status);
		assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
		assertThat(answer.headers().firstValue("x-rivet-error")).contains(error);
		JsonNode problem = TicketClient.json(answer);
		assertThat(problem.get("status").intValue()).isEqualTo(status);
		assertThat(problem.get("group").stringValue() + "." + problem.get("code").stringValue()).isEqualTo(error);
		assertThat(problem.get("detail").stringValue()).isNotEmpty();
		assertThat(problem.get("title").stringValue()).isNotEmpty();
	}

}

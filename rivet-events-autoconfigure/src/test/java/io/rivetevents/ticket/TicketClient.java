/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

/**
 * Gets tickets from one server, and connects with them.
 *
 * @param server URL of the server
 */
record TicketClient(String server) {

	private static final String CSRF = "a-token";

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	static TicketClient of(Object port) {
		return new TicketClient("http://localhost:%s".formatted(port));
	}

	String base() {
		return this.server + "/rivet";
	}

	// Signing in

	/** Signs in with the form and returns the headers of the session. */
	String[] session(String user) throws IOException, InterruptedException {
		String form = "username=%s&password=%s".formatted(user, TicketApplication.password(user));
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.server + "/login"))
			.headers("content-type", "application/x-www-form-urlencoded", "cookie", "XSRF-TOKEN=" + CSRF,
					"x-xsrf-token", CSRF)
			.POST(HttpRequest.BodyPublishers.ofString(form))
			.build();
		String cookie = send(request).headers()
			.allValues("set-cookie")
			.stream()
			.filter((each) -> each.startsWith("SESSION"))
			.findFirst()
			.orElseThrow()
			.split(";")[0];
		return new String[] { "cookie", cookie };
	}

	static String[] bearer(String user) {
		return new String[] { "authorization", "Bearer " + TicketApplication.token(user) };
	}

	static String[] basic(String user) {
		return new String[] { "authorization", "Basic "
				+ HttpHeaders.encodeBasicAuth(user, TicketApplication.password(user), StandardCharsets.UTF_8) };
	}

	/** Adds the token of the protection against CSRF. */
	static String[] withCsrf(String[] headers) {
		return headers[0].equals("cookie")
				? new String[] { "cookie", headers[1] + "; XSRF-TOKEN=" + CSRF, "x-xsrf-token", CSRF }
				: new String[] { headers[0], headers[1], "cookie", "XSRF-TOKEN=" + CSRF, "x-xsrf-token", CSRF };
	}

	// Tickets

	HttpResponse<String> post(@Nullable String body, String... headers) throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base() + "/ticket"))
			.POST((body != null) ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody());
		if (body != null) {
			request.header("content-type", "application/json");
		}
		return send(((headers.length > 0) ? request.headers(headers) : request).build());
	}

	String ticket(String... headers) throws IOException, InterruptedException {
		return JSON.readTree(post(null, headers).body()).get("ticket").stringValue();
	}

	static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
		return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
	}

	static JsonNode json(HttpResponse<String> response) {
		return JSON.readTree(response.body());
	}

	// Connecting

	/** Connects with a ticket, and other headers. A plain client sends no message. */
	TestClient connect(Encoding encoding, String ticket, String... headers) {
		return connectTo("desk", encoding, ticket, headers);
	}

	TestClient connectTo(String actor, Encoding encoding, String ticket, String... headers) {
		if (!encoding.isExtended()) {
			return TestSocket.open(base() + TestClient.query(actor, "k", "connect"), encoding, headers(headers),
					"rivet_ticket." + ticket);
		}
		return connectTo(actor, encoding, Map.of("ticket", ticket), headers);
	}

	/** Connects with credentials in the first message. */
	TestClient connectTo(String actor, Encoding encoding, @Nullable Map<String, String> credentials,
			String... headers) {
		JsonNode tree = (credentials != null) ? JSON.valueToTree(credentials) : null;
		ToServer.Hello hello = new ToServer.Hello(List.of(), null, null, null, tree, null);
		if (encoding == Encoding.EVENT_STREAM) {
			return TestStream.post(base(), TestClient.query(actor, "k", "sse"), hello, headers);
		}
		TestSocket socket = TestSocket.open(base() + TestClient.query(actor, "k", "connect"), encoding,
				headers(headers));
		socket.send(hello);
		return socket;
	}

	static HttpHeaders headers(String... values) {
		HttpHeaders headers = new HttpHeaders();
		for (int i = 0; i < values.length; i += 2) {
			headers.add(values[i], values[i + 1]);
		}
		return headers;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Browsers of one server, with sessions in cookies, whose pages connect to the actor
 * {@code room}.
 *
 * @param port port of the server
 */
record SessionClient(int port) {

	static final CloseStatus LOGGED_OUT = new CloseStatus(1011, "auth.logged_out");

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	static SessionClient of(ApplicationContext node) {
		return new SessionClient(node.getEnvironment().getRequiredProperty("local.server.port", int.class));
	}

	private String base() {
		return "http://localhost:%d/rivet".formatted(this.port);
	}

	/** Signs in, with the user's name as the password, and returns the cookie. */
	String login(String user) {
		return login(user, null);
	}

	/** Signs in within a session, and returns its cookie with the new id. */
	String login(String user, @Nullable String cookie) {
		return cookieOf(post("/login", cookie, "username=%s&password=%s".formatted(user, user)));
	}

	static String cookieOf(HttpResponse<String> answer) {
		return answer.headers().firstValue("set-cookie").orElseThrow().split(";")[0];
	}

	/** Calls an action over HTTP, and returns the status. */
	int call(@Nullable String cookie, String action) {
		return post("/rivet" + TestSocket.query("room", "k").replace("/connect", "/action/" + action), cookie,
				"{\"args\":[]}", "application/json")
			.statusCode();
	}

	HttpResponse<String> post(String path, @Nullable String cookie, String form) {
		return post(path, cookie, form, "application/x-www-form-urlencoded");
	}

	private HttpResponse<String> post(String path, @Nullable String cookie, String body, String type) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:%d%s".formatted(this.port, path)))
			.header("content-type", type)
			.POST(HttpRequest.BodyPublishers.ofString(body));
		if (cookie != null) {
			request.header("cookie", cookie);
		}
		try {
			return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	TestSocket socket(String cookie) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("cookie", cookie);
		TestSocket socket = TestSocket.open(base() + TestSocket.query("room", "k"), Encoding.JSON, headers);
		socket.next(ToClient.Init.class);
		return socket;
	}

	TestStream stream(String cookie) {
		TestStream stream = TestStream.get(base(), TestClient.query("room", "k", "sse"), "cookie", cookie);
		stream.next("Init");
		return stream;
	}

	static void assertOpen(TestSocket socket) {
		socket.call(1, "act");
		socket.next(ToClient.ActionResponse.class);
	}

	static void assertClosed(TestSocket socket, TestStream stream) {
		assertThat(socket.closed()).isEqualTo(LOGGED_OUT);
		assertThat(stream.next("Close").text("code")).isEqualTo("logged_out");
	}

}

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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.userdetails.User;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.rivetevents.protocol.ExtendedClientCodec.Received;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.security.RightEnd.Credentials;
import io.rivetevents.transport.TestClient;
import io.rivetevents.transport.TestSocket;
import io.rivetevents.transport.TestStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A user of its own that signs in in one way, and connects to an instance at the second
 * node through both nodes.
 */
final class RightsClient {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private static final AtomicInteger COUNT = new AtomicInteger();

	private final RightsNodes nodes;

	private final SignIn signIn;

	private final Credentials kind;

	private final String user = "user" + COUNT.incrementAndGet();

	private final String key;

	private String cookie = "none";

	private String token = "none";

	RightsClient(RightsNodes nodes, SignIn signIn, RightEnd end) {
		this.nodes = nodes;
		this.signIn = signIn;
		this.kind = end.credentials(signIn);
		this.key = keyOfTheSecondNode();
		RightsApplication.USERS.put(this.user,
				User.withUsername(this.user).password(RightsApplication.password(this.user)).roles("USER").build());
		switch (this.kind) {
			case JWT -> this.token = RightsApplication.jwt(this.user, end.expiry());
			case OPAQUE_TOKEN -> this.token = RightsApplication.opaqueToken(this.user, end.expiry());
			case PASSWORD -> this.cookie = login();
		}
	}

	RightsNodes nodes() {
		return this.nodes;
	}

	String user() {
		return this.user;
	}

	/** Replaces the credentials by wrong ones. */
	RightsClient withWrongCredentials() {
		RightsApplication.USERS.computeIfPresent(this.user,
				(name, known) -> User.withUserDetails(known).password("another").build());
		this.cookie = "SESSION=" + UUID.randomUUID();
		this.token = this.token.substring(0, this.token.length() - 4) + "AAAA";
		return this;
	}

	// Signing in

	private String login() {
		String form = "username=%s&password=%s".formatted(this.user, RightsApplication.password(this.user));
		return SessionClient.cookieOf(post(0, "/login", form, "content-type", "application/x-www-form-urlencoded"));
	}

	private String keyOfTheSecondNode() {
		while (true) {
			String key = UUID.randomUUID().toString();
			String path = "/rivet" + TestClient.query("desk", key, "action/node");
			if (post(0, path, "{\"args\":[]}", "content-type", "application/json").body()
				.contains(this.nodes.port(1))) {
				return key;
			}
		}
	}

	private boolean isBySession() {
		return this.signIn == SignIn.SESSION || (this.signIn == SignIn.TICKET && this.kind == Credentials.PASSWORD);
	}

	/** The headers that the credentials are in, or that select how they are checked. */
	private String[] headers() {
		String bearer = "Bearer " + this.token;
		boolean tokens = this.signIn == SignIn.BEARER || this.signIn == SignIn.TICKET;
		if (this.kind == Credentials.OPAQUE_TOKEN) {
			return tokens ? new String[] { RightsApplication.OPAQUE, "yes", "authorization", bearer }
					: new String[] { RightsApplication.OPAQUE, "yes" };
		}
		if (isBySession()) {
			return new String[] { "cookie", this.cookie };
		}
		if (this.signIn == SignIn.BASIC) {
			String password = RightsApplication.password(this.user);
			return new String[] { "authorization",
					"Basic " + HttpHeaders.encodeBasicAuth(this.user, password, StandardCharsets.UTF_8) };
		}
		return tokens ? new String[] { "authorization", bearer } : new String[0];
	}

	/** The credentials that are not in headers. */
	private JsonNode content() {
		return JSON.valueToTree((this.kind == Credentials.PASSWORD)
				? Map.of("username", this.user, "password", RightsApplication.password(this.user))
				: Map.of("token", this.token));
	}

	/** Requests a ticket from the other node than it is for. */
	private JsonNode ticket(int node) {
		return JSON.readTree(post(1 - node, "/rivet/ticket", "", headers()).body());
	}

	// Connecting

	/**
	 * Connects.
	 * @param before welcome of the connection that it resumes, {@code null} if there is
	 * none
	 */
	TestClient connect(int node, Encoding encoding, @Nullable Received before) {
		JsonNode credentials = switch (this.signIn) {
			case MESSAGE -> content();
			case TICKET -> ticket(node);
			default -> null;
		};
		ToServer.Hello hello = new ToServer.Hello(List.of(), (before != null) ? resume(before) : null,
				new ToServer.Snapshot("who", List.of()), (this.signIn == SignIn.PARAMS) ? content() : null, credentials,
				null);
		String base = this.nodes.server(node) + "/rivet";
		String[] headers = (this.signIn == SignIn.TICKET) ? new String[0] : headers();
		if (encoding == Encoding.EVENT_STREAM) {
			return TestStream.post(base, TestClient.query("desk", this.key, "sse"), hello, headers);
		}
		HttpHeaders all = new HttpHeaders();
		for (int i = 0; i < headers.length; i += 2) {
			all.add(headers[i], headers[i + 1]);
		}
		TestSocket socket = TestSocket.open(base + TestClient.query("desk", this.key, "connect"), encoding, all);
		socket.send(hello);
		return socket;
	}

	/** Resumes without the position: the answer then has the snapshot again. */
	private static ToServer.Resume resume(Received before) {
		return new ToServer.Resume(new Position("another-epoch", 0), before.text("stream"), before.text("secret"));
	}

	/**
	 * Connects again, and returns the name of the user, or the code or status of the
	 * refusal.
	 */
	String reconnect(int node, Encoding encoding, Received before) {
		if (this.signIn == SignIn.TICKET && post(1 - node, "/rivet/ticket", "", headers()).statusCode() == 401) {
			return "401";
		}
		try (TestClient again = connect(node, encoding, before)) {
			if (again instanceof TestStream stream && stream.response().statusCode() != 200) {
				return String.valueOf(stream.response().statusCode());
			}
			Received first = again.nextExtended();
			return first.tag().equals("Init") ? first.text("snapshot") : first.text("code");
		}
		catch (WebSocketClientHandshakeException ex) {
			return String.valueOf(ex.response().status().code());
		}
	}

	/** Calls an action over HTTP that requires a user, and returns the status. */
	int call(int node) {
		String path = "/rivet" + TestClient.query("desk", this.key, "action/signedIn");
		String[] headers = headers();
		String[] all = new String[headers.length + 4];
		System.arraycopy(headers, 0, all, 4, headers.length);
		all[0] = "content-type";
		all[1] = "application/json";
		all[2] = "x-rivet-conn-params";
		all[3] = (this.signIn == SignIn.PARAMS) ? content().toString() : "{}";
		return post(node, path, "{\"args\":[]}", all).statusCode();
	}

	private HttpResponse<String> post(int node, String path, String body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.nodes.server(node) + path))
			.POST(HttpRequest.BodyPublishers.ofString(body));
		try {
			return HTTP.send(((headers.length > 0) ? request.headers(headers) : request).build(),
					HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	// Ends

	/** Sends a request in the session to the first node. */
	String postToSession(String path) {
		HttpResponse<String> response = post(0, path, "", "cookie", this.cookie, "content-type",
				"application/x-www-form-urlencoded");
		assertThat(response.statusCode()).isLessThan(400);
		return response.body();
	}

	void changeSessionId() {
		assertThat(postToSession("/change")).isNotEmpty().isNotEqualTo(sessionId());
	}

	String sessionId() {
		return this.cookie.split("=", 2)[1];
	}

	/** As the provider does that the user has logged in with. */
	void logoutByProvider() {
		RightsApplication.LOGINS.saveSessionInformation(OidcProvider.login(this.cookie, this.user)).block();
		String body = "logout_token=" + RightsApplication.PROVIDER.logoutToken(this.user);
		assertThat(
				post(0, "/logout/connect/back-channel/app", body, "content-type", "application/x-www-form-urlencoded")
					.statusCode())
			.isEqualTo(200);
	}

	void change(UnaryOperator<User.UserBuilder> change) {
		RightsApplication.USERS.computeIfPresent(this.user,
				(name, known) -> change.apply(User.withUserDetails(known)).build());
	}

}

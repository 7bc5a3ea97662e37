/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.security.core.userdetails.User;
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.connection.Connections;
import io.rivetevents.connection.UserRecipients;

/**
 * What ends the right of a client: the rows of the table in {@code docs/revocation.md}.
 * The effects are those on the connections of each {@link SignIn}, in their order.
 */
enum RightEnd {

	JWT_EXPIRES("JWT expires", "--rrrr", "auth.expired", "`expiry-grace`", (client) -> {
	}),

	OPAQUE_TOKEN_EXPIRES("Opaque token expires", "--rrrr", "auth.expired", "`expiry-grace`", (client) -> {
	}),

	OWN_EXPIRY("`AuthenticationExpiry`", "aaaaaa", "auth.expired", "`expiry-grace`", (client) -> {
	}),

	SESSION_IDLE("Session is idle", "r----r", "auth.logged_out", "1 s", (client) -> client.postToSession("/shorten")),

	LOGOUT("Logout", "r----r", "auth.logged_out", "at once", (client) -> client.postToSession("/logout")),

	INVALIDATE("`WebSession.invalidate()`", "r----r", "auth.logged_out", "1 s",
			(client) -> client.postToSession("/invalidate")),

	SESSION_ID_CHANGES("Session id changes", "s----s", "", "", RightsClient::changeSessionId),

	SPRING_SESSION_DELETED("Spring Session deleted", "r----r", "auth.logged_out", "at its event",
			(client) -> client.nodes()
				.bean(StringRedisTemplate.class)
				.delete("spring:session:sessions:expires:" + client.sessionId())),

	BACK_CHANNEL_LOGOUT("Back-channel logout", "r----r", "auth.logged_out", "at once",
			(client) -> client.logoutByProvider()),

	USER_DISABLED("User disabled", "arsrra", "auth.logged_out", "`recheck-interval`",
			(client) -> client.change((user) -> user.disabled(true))),

	AUTHORITIES_CHANGE("Authorities change", "ssssss", "", "`recheck-interval`",
			(client) -> client.change((user) -> user.roles("USER", "SENIOR"))),

	CLOSE_USER("`closeUser`", "aaaaaa", "auth.logged_out", "at once",
			(client) -> client.nodes().bean(Connections.class).closeUser(client.user())),

	DISCONNECT("`disconnect`", "aaaaaa", "moved", "at once", (client) -> recipients(client).disconnect("moved")),

	REAUTHENTICATE("`reauthenticate`", "aaaaaa", "auth.expired", "`expiry-grace`",
			(client) -> recipients(client).reauthenticate()),

	REVOKE("`revoke`", "aaaaaa", "auth.forbidden", "at once",
			(client) -> recipients(client)
				.revoke((connection) -> connection.actorName().equals("desk"), Duration.ofSeconds(5))
				.block());

	/** Until a right ends that expires in a test. */
	static final Duration SHORT = Duration.ofSeconds(3);

	private final String title;

	private final String effects;

	private final String reason;

	private final String within;

	private final Consumer<RightsClient> action;

	RightEnd(String title, String effects, String reason, String within, Consumer<RightsClient> action) {
		this.title = title;
		this.effects = effects;
		this.reason = reason;
		this.within = within;
		this.action = action;
	}

	private static UserRecipients recipients(RightsClient client) {
		return client.nodes().bean(Connections.class).user(client.user());
	}

	Effect on(SignIn signIn) {
		return Effect.of(this.effects.charAt(signIn.ordinal()));
	}

	/** Ends the right of a client, at the first node. */
	void happen(RightsClient client) {
		this.action.accept(client);
	}

	boolean isExpiry() {
		return this.reason.equals("auth.expired");
	}

	/** How a socket is closed. */
	CloseStatus status() {
		return new CloseStatus(this.reason.startsWith("auth.") ? 1011 : 1000, this.reason);
	}

	/** What a client sends that signs in in a way. */
	Credentials credentials(SignIn signIn) {
		return switch (this) {
			case JWT_EXPIRES -> Credentials.JWT;
			case OPAQUE_TOKEN_EXPIRES -> Credentials.OPAQUE_TOKEN;
			default -> (signIn == SignIn.BEARER) ? Credentials.JWT : Credentials.PASSWORD;
		};
	}

	/** When a token expires that a client gets now. */
	Instant expiry() {
		return Instant.now().plus((credentials(SignIn.SESSION) != Credentials.PASSWORD) ? SHORT : Duration.ofHours(1));
	}

	/** Returns the row of the table. */
	String row() {
		List<String> cells = new ArrayList<>(List.of(this.title));
		Stream.of(SignIn.values()).map((signIn) -> on(signIn).text).forEach(cells::add);
		cells.add(this.reason.isEmpty() ? "" : "`" + this.reason + "`");
		cells.add(this.within);
		return "| " + String.join(" | ", cells) + " |";
	}

	/** What a client signs in with. */
	enum Credentials {

		PASSWORD, JWT, OPAQUE_TOKEN

	}

	/** What happens to the connections of a client, and to its next attempt. */
	enum Effect {

		NONE('-', "–"), STAYS('s', "stay open"), REFUSED('r', "close, rejected"), ACCEPTED('a', "close, accepted");

		private final char sign;

		private final String text;

		Effect(char sign, String text) {
			this.sign = sign;
			this.text = text;
		}

		static Effect of(char sign) {
			return Stream.of(values()).filter((each) -> each.sign == sign).findFirst().orElseThrow();
		}

	}

}

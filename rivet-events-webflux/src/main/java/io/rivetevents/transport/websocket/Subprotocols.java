/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.util.UriUtils;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.Handshake;

/**
 * The values that a client offers as subprotocols: section 7 of the protocol document.
 * Unknown ones are ignored.
 *
 * @param encoding name of the encoding
 * @param extended whether the client uses the extended mode: {@code docs/protocol.md}
 * @param params percent-encoded connection params, {@code null} if there are none
 * @param actorId id of the instance, if the URL does not name one
 * @param ticket a ticket, {@code null} if there is none
 * @param resume whether the first message will resume a stream
 */
record Subprotocols(String encoding, boolean extended, @Nullable String params, @Nullable String actorId,
		@Nullable String ticket, boolean resume) {

	/** The subprotocol that the server selects. */
	static final String SELECTED = "rivet";

	private static final String ENCODING = "rivet_encoding.";

	private static final String EXTENDED = "rivet_ext.1";

	private static final String PARAMS = "rivet_conn_params.";

	private static final String ACTOR = "rivet_actor.";

	private static final String TICKET = "rivet_ticket.";

	private static final String RESUME = "rivet_resume";

	/**
	 * Reads the subprotocols of a handshake, which {@link ActorHandshakeService} has
	 * trimmed.
	 */
	static Subprotocols of(ServerHttpRequest request) {
		String line = request.getHeaders().getFirst("Sec-WebSocket-Protocol");
		return parse((line != null) ? Arrays.asList(line.split(",")) : List.of());
	}

	static Subprotocols parse(List<String> offered) {
		String encoding = "json";
		boolean extended = false;
		String params = null;
		String actorId = null;
		String ticket = null;
		boolean resume = false;
		for (String token : offered) {
			if (token.startsWith(ENCODING)) {
				encoding = token.substring(ENCODING.length());
			}
			else if (token.startsWith(PARAMS)) {
				params = token.substring(PARAMS.length());
			}
			else if (token.equals(EXTENDED)) {
				extended = true;
			}
			else if (token.startsWith(ACTOR)) {
				actorId = token.substring(ACTOR.length());
			}
			else if (token.startsWith(TICKET)) {
				ticket = token.substring(TICKET.length());
			}
			else if (token.equals(RESUME)) {
				resume = true;
			}
		}
		return new Subprotocols(encoding, extended, params, actorId, ticket, resume);
	}

	/**
	 * Returns whether the client claims to resume a stream, which only a client of the
	 * extended mode can prove.
	 */
	boolean resumes() {
		return this.extended && this.resume;
	}

	/**
	 * Returns the encoding, {@code null} if the server does not support it.
	 */
	@Nullable Encoding readEncoding() {
		Encoding plain = Encoding.of(this.encoding);
		return (plain != null && this.extended) ? plain.extended() : plain;
	}

	/**
	 * Returns the connection params.
	 * @throws RivetException {@code request.invalid} if they cannot be read
	 */
	@Nullable JsonNode readParams() {
		if (this.params == null) {
			return null;
		}
		try {
			return Handshake.params(UriUtils.decode(this.params, StandardCharsets.UTF_8));
		}
		catch (IllegalArgumentException ex) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "The connection params must be percent-encoded.");
		}
	}

}

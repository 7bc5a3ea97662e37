/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.ticket;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.protocol.value.WireValues;

/**
 * The encrypted content of a ticket.
 *
 * @param id id of the ticket
 * @param issuedAt when it was issued, in milliseconds
 * @param expiresAt when it expires, in milliseconds
 * @param origin origin of the page that may use it, {@code null} for all
 * @param actor name of the actor that it is for, {@code null} for all
 * @param session permanent id of the web session, {@code null} if there is none
 * @param user the user; {@code null} if the node that issued the ticket keeps it
 * @param until when the credentials of the user expire, in milliseconds; {@code null} if
 * they do not
 */
record TicketContent(String id, Instant issuedAt, Instant expiresAt, @Nullable String origin, @Nullable String actor,
		@Nullable String session, @Nullable SerializedPrincipal user, @Nullable Instant until) {

	/** Returns the content as JSON. */
	byte[] encode() {
		ObjectNode fields = JsonNodeFactory.instance.objectNode();
		fields.put("id", this.id);
		fields.put("iat", this.issuedAt.toEpochMilli());
		fields.put("exp", this.expiresAt.toEpochMilli());
		fields.put("origin", this.origin);
		fields.put("actor", this.actor);
		fields.put("session", this.session);
		if (this.user != null) {
			ObjectNode user = fields.putObject("user");
			user.put("name", this.user.name());
			this.user.authorities().forEach(user.putArray("authorities")::add);
			user.put("json", this.user.json());
		}
		if (this.until != null) {
			fields.put("until", this.until.toEpochMilli());
		}
		return WireValues.encodeJson(fields);
	}

	/**
	 * Reads content that a node with the same key has written.
	 * @param json the content as JSON
	 */
	static TicketContent decode(byte[] json) {
		JsonNode fields = WireValues.decodeJson(json);
		return new TicketContent(fields.path("id").stringValue(), time(fields, "iat"), time(fields, "exp"),
				text(fields, "origin"), text(fields, "actor"), text(fields, "session"), user(fields.path("user")),
				fields.has("until") ? time(fields, "until") : null);
	}

	private static @Nullable SerializedPrincipal user(JsonNode fields) {
		if (!fields.isObject()) {
			return null;
		}
		List<String> authorities = new ArrayList<>();
		fields.path("authorities").forEach((authority) -> authorities.add(authority.stringValue()));
		return new SerializedPrincipal(fields.path("name").stringValue(), authorities, text(fields, "json"));
	}

	private static Instant time(JsonNode fields, String name) {
		return Instant.ofEpochMilli(fields.path(name).longValue());
	}

	private static @Nullable String text(JsonNode fields, String name) {
		JsonNode value = fields.path(name);
		return value.isString() ? value.stringValue() : null;
	}

}

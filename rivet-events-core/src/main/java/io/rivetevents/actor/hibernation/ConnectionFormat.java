/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.hibernation;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.actor.state.StoredConnection;
import io.rivetevents.delivery.ActorConnection;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PortablePrincipal;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.PrincipalCodecException;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.value.WireValues;

/**
 * The stored form of the connections of an actor: what the hook for the end of a
 * connection needs if the node of its socket no longer exists. A JSON object with
 * {@code name}, {@code authorities} and {@code principal} of the user, its {@code owner}
 * id, the {@code stream} id of a client of the extended mode, the connection
 * {@code params}, and the {@code state} as JSON text, so that no number loses digits.
 * Safe for use by several threads.
 */
public final class ConnectionFormat {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ConnectionFormat.class));

	private final ValueMapper mapper;

	private final PrincipalCodec principals;

	private final @Nullable DeclaredType stateType;

	/**
	 * A connection that has been read.
	 *
	 * @param request the client's request, without what is not kept
	 * @param state the connection state, {@code null} if there is none
	 */
	public record Reading(ConnectRequest request, @Nullable Object state) {
	}

	/**
	 * Creates a format.
	 * @param mapper writes and reads connection states
	 * @param principals writes and reads principals; one that it cannot write is stored
	 * by its name
	 * @param stateType type of the connection state, {@code null} if the actor has none
	 */
	public ConnectionFormat(ValueMapper mapper, PrincipalCodec principals, @Nullable DeclaredType stateType) {
		this.mapper = mapper;
		this.principals = principals;
		this.stateType = stateType;
	}

	/**
	 * Writes a connection.
	 * @throws RuntimeException of the application's types, if its state cannot be written
	 */
	public StoredConnection write(ActorConnection connection) {
		ObjectNode out = JsonNodeFactory.instance.objectNode();
		Identity identity = connection.request().identity();
		if (identity.user() != null) {
			SerializedPrincipal user = write(identity.user());
			out.put("name", user.name()).put("principal", user.json());
			user.authorities().forEach(out.putArray("authorities")::add);
		}
		out.put("owner", identity.owner());
		if (connection.request().stream() != null) {
			out.put("stream", connection.streamId());
		}
		JsonNode params = connection.request().params();
		if (params != null) {
			out.set("params", params);
		}
		if (this.stateType != null) {
			out.put("state", new String(this.stateType.write(connection.state()), StandardCharsets.UTF_8));
		}
		return new StoredConnection(connection.id(), WireValues.encodeJson(out));
	}

	private SerializedPrincipal write(PortablePrincipal user) {
		try {
			return user.serialized(this.principals);
		}
		catch (PrincipalCodecException ex) {
			failures.warn(user.principal().getClass().getName(),
					() -> "A %s is stored by its name only while its actor sleeps: %s"
						.formatted(user.principal().getClass().getName(), ex.getMessage()));
			return PrincipalCodec.BY_NAME.write(user.principal());
		}
	}

	/**
	 * Reads a connection. A state that cannot be read is {@code null}, and logged.
	 * @param row its stored form
	 * @throws RuntimeException if the row has not been written by {@link #write}
	 */
	public Reading read(StoredConnection row) {
		JsonNode in = WireValues.decodeJson(row.body());
		PortablePrincipal user = in.hasNonNull("name") ? new PortablePrincipal(user(in), this.principals) : null;
		Identity identity = new Identity(user, text(in, "owner"), null, null, null);
		return new Reading(request(row.id(), in, identity), state(row.id(), in));
	}

	private static ConnectRequest request(String id, JsonNode in, Identity identity) {
		String stream = text(in, "stream");
		JsonNode params = in.get("params");
		return (stream == null) ? ConnectRequest.stateful(id, params, identity)
				: ConnectRequest.extended(id, params, identity, new StreamRequest(List.of(), null,
						StreamRequest.StreamProof.PROVEN, stream, "", null, null, Duration.ZERO));
	}

	private static SerializedPrincipal user(JsonNode in) {
		List<String> authorities = new ArrayList<>();
		in.get("authorities").forEach((authority) -> authorities.add(authority.stringValue()));
		return new SerializedPrincipal(in.get("name").stringValue(), authorities, text(in, "principal"));
	}

	private static @Nullable String text(JsonNode in, String field) {
		return in.hasNonNull(field) ? in.get(field).stringValue() : null;
	}

	private @Nullable Object state(String id, JsonNode in) {
		String state = text(in, "state");
		if (this.stateType == null || state == null) {
			return null;
		}
		try {
			return this.mapper.read(state.getBytes(StandardCharsets.UTF_8), this.stateType.type());
		}
		catch (RuntimeException ex) { // of the application's types and deserializers, too
			failures.error(ex, () -> "The state of connection %s cannot be read as %s: it is null for its last hook"
				.formatted(id, this.stateType));
			return null;
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.connection.RequestHead;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PortablePrincipal;
import io.rivetevents.extension.PrincipalCodec;
import io.rivetevents.extension.SerializedPrincipal;
import io.rivetevents.extension.StreamRequest;
import io.rivetevents.extension.StreamRequest.StreamProof;
import io.rivetevents.protocol.Position;
import io.rivetevents.protocol.ToServer.Snapshot;
import io.rivetevents.protocol.ToServer.SubscriptionRequest;
import io.rivetevents.protocol.value.WireValues;

/**
 * Writes connect requests and identities for another node, and reads them there: as a
 * tree that can be part of a frame, or as JSON. An unknown field of a newer node is
 * ignored; a missing field is {@code null}, empty or {@code false}, and an error if it is
 * required.
 * <p>
 * Principals are written with a request, and read on first use. Safe for use by several
 * threads.
 */
public final class ConnectRequestCodec {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private final PrincipalCodec principals;

	/**
	 * Creates a codec.
	 * @param principals writes and reads principals
	 */
	public ConnectRequestCodec(PrincipalCodec principals) {
		this.principals = principals;
	}

	/**
	 * Writes a request as JSON.
	 * @return UTF-8
	 * @throws io.rivetevents.extension.PrincipalCodecException if its principal cannot be
	 * written
	 */
	public byte[] toJson(ConnectRequest request) {
		return WireValues.encodeJson(write(request));
	}

	/**
	 * Reads a request from JSON.
	 * @param json UTF-8
	 * @throws IllegalArgumentException if it is not a valid request
	 */
	public ConnectRequest fromJson(byte[] json) {
		return checked(() -> readRequest(WireValues.decodeJson(json)));
	}

	/**
	 * Writes a request.
	 * @throws io.rivetevents.extension.PrincipalCodecException if its principal cannot be
	 * written
	 */
	public ObjectNode write(ConnectRequest request) {
		ObjectNode out = NODES.objectNode()
			.put("connectionId", request.connectionId())
			.put("stateless", request.stateless())
			.put("gateway", request.gateway());
		// the params of a client may be a JSON null; without params the field is missing
		if (request.params() != null) {
			out.set("params", request.params());
		}
		out.set("identity", write(request.identity()));
		out.set("stream", (request.stream() != null) ? stream(request.stream()) : null);
		out.set("head", (request.head() != null) ? head(request.head()) : null);
		return out;
	}

	/**
	 * Reads a request.
	 * @throws IllegalArgumentException if it is not a valid request
	 */
	public ConnectRequest readRequest(JsonNode in) {
		return checked(() -> {
			JsonNode stream = optional(in, "stream");
			JsonNode head = optional(in, "head");
			return new ConnectRequest(text(in, "connectionId"), in.get("params"),
					readIdentity(required(in, "identity")), flag(in, "stateless"),
					(stream != null) ? readStream(stream) : null, optionalText(in, "gateway"),
					(head != null) ? readHead(head) : null);
		});
	}

	/**
	 * Writes an identity.
	 * @throws io.rivetevents.extension.PrincipalCodecException if its principal cannot be
	 * written
	 */
	public ObjectNode write(Identity identity) {
		InetAddress address = identity.address();
		Instant expiresAt = identity.expiresAt();
		ObjectNode out = NODES.objectNode()
			.put("owner", identity.owner())
			.put("session", identity.sessionId())
			.put("address", (address != null) ? address.getAddress() : null)
			.put("expiresAt", (expiresAt != null) ? expiresAt.toString() : null);
		out.set("user", (identity.user() != null) ? user(identity.user().serialized(this.principals)) : null);
		return out;
	}

	/**
	 * Reads an identity. Its principal is read on first use.
	 * @throws IllegalArgumentException if it is not a valid identity
	 */
	public Identity readIdentity(JsonNode in) {
		return checked(() -> {
			JsonNode user = optional(in, "user");
			String expiresAt = optionalText(in, "expiresAt");
			return new Identity((user != null) ? new PortablePrincipal(readUser(user), this.principals) : null,
					optionalText(in, "owner"), optionalText(in, "session"), address(optional(in, "address")),
					(expiresAt != null) ? Instant.parse(expiresAt) : null);
		});
	}

	private static ObjectNode user(SerializedPrincipal user) {
		ObjectNode out = NODES.objectNode().put("name", user.name()).put("json", user.json());
		out.set("authorities", texts(user.authorities()));
		return out;
	}

	private static SerializedPrincipal readUser(JsonNode in) {
		return new SerializedPrincipal(text(in, "name"), list(in, "authorities", ConnectRequestCodec::textOf),
				optionalText(in, "json"));
	}

	/** Reads an address from bytes: a name would need a lookup. */
	private static @Nullable InetAddress address(@Nullable JsonNode in) {
		try {
			return (in != null) ? InetAddress.getByAddress(in.binaryValue()) : null;
		}
		catch (UnknownHostException ex) {
			throw new IllegalArgumentException(
					"The address in a connect request has %d bytes, not 4 or 16".formatted(in.binaryValue().length),
					ex);
		}
	}

	private static ObjectNode head(RequestHead head) {
		InetAddress address = head.remoteAddress();
		ObjectNode out = NODES.objectNode()
			.put("path", head.path())
			.put("query", head.query())
			.put("address", (address != null) ? address.getAddress() : null);
		out.set("headers", lists(head.headers()));
		out.set("cookies", lists(head.cookies()));
		return out;
	}

	private static RequestHead readHead(JsonNode in) {
		return new RequestHead(text(in, "path"), optionalText(in, "query"), readLists(in, "headers"),
				readLists(in, "cookies"), address(optional(in, "address")));
	}

	private static ArrayNode lists(Map<String, List<String>> values) {
		ArrayNode out = NODES.arrayNode();
		values.forEach((name, each) -> out.addObject().put("name", name).set("values", texts(each)));
		return out;
	}

	private static Map<String, List<String>> readLists(JsonNode in, String name) {
		Map<String, List<String>> values = new LinkedHashMap<>();
		list(in, name, (each) -> each)
			.forEach((each) -> values.put(text(each, "name"), list(each, "values", ConnectRequestCodec::textOf)));
		return values;
	}

	private static ObjectNode stream(StreamRequest stream) {
		ObjectNode out = NODES.objectNode()
			.put("proof", stream.proof().name())
			.put("stream", stream.stream())
			.put("secret", stream.secret())
			.put("contract", stream.contract())
			.put("keepAlive", stream.keepAlive().toString());
		out.set("subscriptions", subscriptions(stream.subscriptions()));
		out.set("resume", (stream.resume() != null) ? position(stream.resume()) : null);
		out.set("snapshot", (stream.snapshot() != null) ? snapshot(stream.snapshot()) : null);
		return out;
	}

	private static StreamRequest readStream(JsonNode in) {
		JsonNode resume = optional(in, "resume");
		JsonNode snapshot = optional(in, "snapshot");
		return new StreamRequest(list(in, "subscriptions", ConnectRequestCodec::readSubscription),
				(resume != null) ? readPosition(resume) : null, StreamProof.valueOf(text(in, "proof")),
				text(in, "stream"), text(in, "secret"), (snapshot != null) ? readSnapshot(snapshot) : null,
				optionalText(in, "contract"), Duration.parse(text(in, "keepAlive")));
	}

	private static ArrayNode subscriptions(List<SubscriptionRequest> subscriptions) {
		ArrayNode out = NODES.arrayNode();
		for (SubscriptionRequest each : subscriptions) {
			out.addObject()
				.put("event", each.eventName())
				.put("subscribe", each.subscribe())
				.set("tags", texts(each.tags()));
		}
		return out;
	}

	private static SubscriptionRequest readSubscription(JsonNode in) {
		Set<String> tags = new LinkedHashSet<>(list(in, "tags", ConnectRequestCodec::textOf));
		return new SubscriptionRequest(text(in, "event"), flag(in, "subscribe"), tags);
	}

	private static ObjectNode position(Position position) {
		// as text: JSON numbers are exact only up to 2^53
		return NODES.objectNode().put("epoch", position.epoch()).put("sequence", Long.toString(position.sequence()));
	}

	private static Position readPosition(JsonNode in) {
		return new Position(text(in, "epoch"), Long.parseLong(text(in, "sequence")));
	}

	private static ObjectNode snapshot(Snapshot snapshot) {
		ObjectNode out = NODES.objectNode().put("name", snapshot.name());
		out.set("args", NODES.arrayNode().addAll(snapshot.args()));
		return out;
	}

	private static Snapshot readSnapshot(JsonNode in) {
		return new Snapshot(text(in, "name"), list(in, "args", Function.identity()));
	}

	private static ArrayNode texts(Collection<String> texts) {
		ArrayNode out = NODES.arrayNode();
		texts.forEach(out::add);
		return out;
	}

	private static <T> T checked(Supplier<T> read) {
		try {
			return read.get();
		}
		catch (RivetException | JacksonException | DateTimeException ex) {
			throw new IllegalArgumentException("The connect request of another node cannot be read", ex);
		}
	}

	private static <T> List<T> list(JsonNode in, String field, Function<JsonNode, T> read) {
		List<T> list = new ArrayList<>();
		JsonNode value = optional(in, field);
		if (value != null) {
			value.asArray().forEach((each) -> list.add(read.apply(each)));
		}
		return list;
	}

	private static boolean flag(JsonNode in, String field) {
		JsonNode value = optional(in, field);
		return value != null && value.booleanValue();
	}

	private static String textOf(JsonNode value) {
		if (!value.isString()) {
			throw new IllegalArgumentException(
					"The connect request of another node has a list with %s, not text".formatted(value.getNodeType()));
		}
		return value.stringValue();
	}

	private static String text(JsonNode in, String field) {
		return required(in, field).stringValue();
	}

	private static @Nullable String optionalText(JsonNode in, String field) {
		JsonNode value = optional(in, field);
		return (value != null) ? value.stringValue() : null;
	}

	private static JsonNode required(JsonNode in, String field) {
		JsonNode value = optional(in, field);
		if (value == null) {
			throw new IllegalArgumentException(
					"The connect request of another node has no field '%s'".formatted(field));
		}
		return value;
	}

	private static @Nullable JsonNode optional(JsonNode in, String field) {
		JsonNode value = in.get(field);
		return (value == null || value.isNull()) ? null : value;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.AddressedEvent;
import io.rivetevents.extension.NodeCommand;
import io.rivetevents.extension.Selection;
import io.rivetevents.protocol.encoding.TraceParent;
import io.rivetevents.protocol.value.WireValues;

/**
 * A message on the channel, version {@value #VERSION}: one JSON object in UTF-8, as
 * described in {@code docs/redis.md}. Values have the markers of the client protocol, so
 * that big integers and bytes keep their types.
 *
 * @param node id of the sending node, {@code null} for an external process
 * @param sequence number of the event, counted by its node; in a heartbeat or command the
 * number of the last event
 * @param commands number of the command, counted by its node; in a heartbeat the number
 * of the last command, in an event {@value #ABSENT}
 * @param isCommand whether it is a command
 * @param dispatch the event, {@code null} in a heartbeat or command
 * @param command the command, {@code null} in a heartbeat or event, and for a kind that
 * only newer nodes support
 */
record RedisMessage(@Nullable String node, long sequence, long commands, boolean isCommand,
		@Nullable AddressedEvent dispatch, @Nullable NodeCommand command) {

	/** Number of commands of a message without one. */
	static final long ABSENT = -1;

	static final int VERSION = 1;

	private static final String CLOSE_USER = "close-user";

	private static final String CLOSE_SESSION = "close-session";

	private static final String DISCONNECT_USER = "disconnect-user";

	private static final String REAUTHENTICATE_USER = "reauthenticate-user";

	private static final String REVOKE_CONNECTIONS = "revoke-connections";

	private static final String DRAIN = "drain";

	/**
	 * Writes the part of an event that does not depend on the sender, for {@link #event}.
	 */
	static byte[] body(AddressedEvent dispatch) {
		ObjectNode body = JsonNodeFactory.instance.objectNode();
		if (dispatch.selection() instanceof Selection.User user) {
			body.put("user", user.name());
			if (user.issuer() != null) {
				body.put("issuer", user.issuer());
			}
		}
		body.put("event", dispatch.event());
		body.putArray("args").addAll(dispatch.args());
		if (dispatch.subscribed()) {
			body.put("subscribed", true);
		}
		if (!dispatch.tags().isEmpty()) {
			dispatch.tags().forEach(body.putArray("tags")::add);
		}
		if (dispatch.droppable()) {
			body.put("droppable", true);
		}
		if (dispatch.id() != null) {
			body.put("id", dispatch.id());
		}
		if (dispatch.traceparent() != null) {
			body.put("traceparent", dispatch.traceparent());
		}
		return WireValues.encodeJson(body);
	}

	/**
	 * Writes the part of a command that does not depend on the sender, for
	 * {@link #command}.
	 */
	static byte[] body(NodeCommand command) {
		ObjectNode body = JsonNodeFactory.instance.objectNode();
		if (command instanceof NodeCommand.ToUser user) {
			body.put("command", kind(user)).put("user", user.name());
			if (user.issuer() != null) {
				body.put("issuer", user.issuer());
			}
			if (user instanceof NodeCommand.DisconnectUser disconnect) {
				body.put("reason", disconnect.reason());
			}
		}
		else if (command instanceof NodeCommand.CloseSession session) {
			body.put("command", CLOSE_SESSION).put("session", session.sessionId());
		}
		else if (command instanceof NodeCommand.RevokeConnections revoked) {
			body.put("command", REVOKE_CONNECTIONS);
			revoked.connections().forEach(body.putArray("connections")::add);
		}
		else if (command instanceof NodeCommand.Drain drain) {
			body.put("command", DRAIN).put("target", drain.node());
		}
		else {
			throw new IllegalArgumentException("Unknown kind of command: " + command);
		}
		return WireValues.encodeJson(body);
	}

	private static String kind(NodeCommand.ToUser command) {
		if (command instanceof NodeCommand.ReauthenticateUser) {
			return REAUTHENTICATE_USER;
		}
		return (command instanceof NodeCommand.DisconnectUser) ? DISCONNECT_USER : CLOSE_USER;
	}

	/**
	 * Writes an event.
	 * @param node id of this node, without characters that JSON escapes
	 * @param sequence number of the event
	 * @param body the rest of the message
	 */
	static byte[] event(String node, long sequence, byte[] body) {
		return join("{\"v\":%d,\"node\":\"%s\",\"seq\":%d,".formatted(VERSION, node, sequence), body);
	}

	/**
	 * Writes a command. It has no {@code event}, so that a node of a version without
	 * commands reads it as a heartbeat.
	 * @param node id of this node, without characters that JSON escapes
	 * @param sequence number of its last event
	 * @param commands number of the command
	 * @param body the rest of the message
	 */
	static byte[] command(String node, long sequence, long commands, byte[] body) {
		return join(
				"{\"v\":%d,\"node\":\"%s\",\"seq\":%d,\"commands\":%d,".formatted(VERSION, node, sequence, commands),
				body);
	}

	private static byte[] join(String head, byte[] body) {
		byte[] start = head.getBytes(StandardCharsets.US_ASCII);
		byte[] message = new byte[start.length + body.length - 1];
		System.arraycopy(start, 0, message, 0, start.length);
		System.arraycopy(body, 1, message, start.length, body.length - 1);
		return message;
	}

	/**
	 * Writes a heartbeat.
	 * @param node id of this node, without characters that JSON escapes
	 * @param sequence number of its last event
	 * @param commands number of its last command
	 */
	static byte[] heartbeat(String node, long sequence, long commands) {
		return "{\"v\":%d,\"node\":\"%s\",\"seq\":%d,\"commands\":%d}".formatted(VERSION, node, sequence, commands)
			.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Reads a message.
	 * @param bytes content of the message, not checked before
	 * @throws IllegalArgumentException if the message is malformed
	 */
	static RedisMessage read(byte[] bytes) {
		JsonNode message = object(bytes);
		String node = text(message, "node");
		long sequence = (node != null) ? number(message, "seq") : ABSENT;
		check(node == null || sequence != ABSENT, "`seq` is missing");
		long commands = (node != null) ? number(message, "commands") : ABSENT;
		String command = text(message, "command");
		return (command != null) ? new RedisMessage(node, sequence, commands, true, null, command(command, message))
				: new RedisMessage(node, sequence, commands, false, dispatch(message, node != null), null);
	}

	/** Reads an object of this version. */
	static JsonNode object(byte[] bytes) {
		JsonNode message;
		try {
			message = WireValues.decodeJson(bytes);
		}
		catch (RivetException ex) {
			throw new IllegalArgumentException("it is not JSON", ex);
		}
		check(message.isObject(), "it is not an object");
		JsonNode version = message.path("v");
		check(version.isMissingNode() || (version.isInt() && version.intValue() == VERSION), "its version is unknown");
		return message;
	}

	private static @Nullable NodeCommand command(String kind, JsonNode message) {
		return switch (kind) {
			case CLOSE_USER -> {
				Selection.User user = requiredUser(message);
				yield new NodeCommand.CloseUser(user.name(), user.issuer());
			}
			case REAUTHENTICATE_USER -> {
				Selection.User user = requiredUser(message);
				yield new NodeCommand.ReauthenticateUser(user.name(), user.issuer());
			}
			case DISCONNECT_USER -> {
				Selection.User user = requiredUser(message);
				String reason = text(message, "reason");
				yield new NodeCommand.DisconnectUser(user.name(), user.issuer(), (reason != null) ? reason : "");
			}
			case CLOSE_SESSION -> new NodeCommand.CloseSession(required(message, "session"));
			case REVOKE_CONNECTIONS -> new NodeCommand.RevokeConnections(texts(message, "connections"));
			case DRAIN -> new NodeCommand.Drain(required(message, "target"));
			default -> null; // a kind of a newer version
		};
	}

	private static Selection.User requiredUser(JsonNode message) {
		Selection.User user = user(message);
		if (user == null) {
			throw new IllegalArgumentException("`user` is missing");
		}
		return user;
	}

	private static Selection.@Nullable User user(JsonNode message) {
		String user = text(message, "user");
		check(user == null || !user.isBlank(), "`user` is empty");
		String issuer = text(message, "issuer");
		check(issuer == null || (user != null && !issuer.isEmpty()), "`issuer` is empty, or without `user`");
		return (user != null) ? new Selection.User(user, issuer) : null;
	}

	static String required(JsonNode message, String name) {
		String text = text(message, name);
		check(text != null && !text.isBlank(), "`" + name + "` is missing");
		return String.valueOf(text);
	}

	/** Returns a number, {@value #ABSENT} if there is none. */
	static long number(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || (value.isIntegralNumber() && value.canConvertToLong()),
				"`" + name + "` is not a number");
		return (value != null) ? value.longValue() : ABSENT;
	}

	private static @Nullable AddressedEvent dispatch(JsonNode message, boolean mayBeHeartbeat) {
		String event = text(message, "event");
		if (event == null && mayBeHeartbeat) {
			return null;
		}
		check(event != null && !event.isEmpty(), "`event` is missing");
		Selection.User user = user(message);
		return new AddressedEvent((user != null) ? user : Selection.ALL, flag(message, "subscribed"),
				String.valueOf(event), list(message, "args"), texts(message, "tags"), flag(message, "droppable"),
				id(message), TraceParent.valid(text(message, "traceparent")));
	}

	/** Other programs may publish: a line break would end the id in an event stream. */
	private static @Nullable String id(JsonNode message) {
		String id = text(message, "id");
		check(id == null || id.chars().noneMatch(Character::isISOControl), "`id` has a control character");
		return id;
	}

	static @Nullable String text(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || value.isString(), "`" + name + "` is not a text");
		return (value != null) ? value.stringValue() : null;
	}

	private static boolean flag(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || value.isBoolean(), "`" + name + "` is not a boolean");
		return value != null && value.booleanValue();
	}

	static List<JsonNode> list(JsonNode message, String name) {
		JsonNode value = message.get(name);
		check(value == null || value.isArray(), "`" + name + "` is not an array");
		List<JsonNode> list = new ArrayList<>();
		if (value != null) {
			value.forEach(list::add);
		}
		return list;
	}

	private static Set<String> texts(JsonNode message, String name) {
		Set<String> texts = new HashSet<>();
		for (JsonNode text : list(message, name)) {
			check(text.isString(), "an element of `" + name + "` is not a text");
			texts.add(text.stringValue());
		}
		return texts;
	}

	static void check(boolean condition, String problem) {
		if (!condition) {
			throw new IllegalArgumentException(problem);
		}
	}

}

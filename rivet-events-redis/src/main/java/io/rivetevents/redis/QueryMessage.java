/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.cluster.NodeAnswer;
import io.rivetevents.cluster.NodeQuery;
import io.rivetevents.connection.ConnectionInfo;
import io.rivetevents.protocol.ActorKey;
import io.rivetevents.protocol.value.WireValues;

/**
 * A message on the channel of one node: a query, or the answer to one, as described in
 * {@code docs/redis.md}. One JSON object in UTF-8.
 *
 * @param node name of the sending node
 * @param number number of the query, counted by the node that has sent it
 * @param query the query, {@code null} in an answer
 * @param answer the answer, {@code null} in a query
 */
record QueryMessage(String node, long number, @Nullable NodeQuery query, @Nullable NodeAnswer answer) {

	private static final String USER = "user";

	private static final String COUNT = "count";

	/** Most bytes of an answer without its list. */
	private static final int ENVELOPE = 256;

	/** Writes a query. */
	static byte[] query(String node, long number, NodeQuery query) {
		ObjectNode message = message(node).put("query", number);
		if (query instanceof NodeQuery.OfUser user) {
			message.put("kind", USER).put(USER, user.name());
			if (user.issuer() != null) {
				message.put("issuer", user.issuer());
			}
		}
		else if (query instanceof NodeQuery.Count) {
			message.put("kind", COUNT);
		}
		else {
			throw new IllegalArgumentException("%s is not sent over Redis".formatted(query.getClass()));
		}
		return WireValues.encodeJson(message);
	}

	private static ObjectNode message(String node) {
		return JsonNodeFactory.instance.objectNode().put("v", RedisMessage.VERSION).put("node", node);
	}

	/**
	 * Writes an answer.
	 * @param maxSize most bytes; connections that do not fit are counted, and users that
	 * do not fit are counted at each node
	 */
	static byte[] answer(String node, long number, NodeAnswer answer, int maxSize) {
		ObjectNode message = message(node).put("answer", number);
		int room = maxSize - ENVELOPE;
		if (answer instanceof NodeAnswer.Found found) {
			ArrayNode connections = connections(found.connections(), room);
			int more = found.more() + found.connections().size() - connections.size();
			message.put("kind", USER).put("more", more).set("connections", connections);
		}
		else if (answer instanceof NodeAnswer.Counted counted) {
			int fitting = Math.min(counted.users().size(), room / 4 * 3 / Long.BYTES);
			ByteBuffer users = ByteBuffer.allocate(fitting * Long.BYTES);
			counted.users().stream().limit(fitting).forEach(users::putLong);
			message.put("kind", COUNT)
				.put("connections", counted.connections())
				.put("moreUsers", counted.moreUsers() + counted.users().size() - fitting)
				.put("users", Base64.getEncoder().encodeToString(users.array()));
		}
		return WireValues.encodeJson(message);
	}

	private static ArrayNode connections(List<ConnectionInfo> connections, int room) {
		ArrayNode array = JsonNodeFactory.instance.arrayNode();
		int size = 0;
		for (ConnectionInfo each : connections) {
			ObjectNode connection = JsonNodeFactory.instance.objectNode()
				.put("id", each.id())
				.put("actor", each.actorName());
			each.actorKey().parts().forEach(connection.putArray("key")::add);
			size += WireValues.encodeJson(connection).length + 1;
			if (size > room) {
				break;
			}
			array.add(connection);
		}
		return array;
	}

	/**
	 * Reads a message.
	 * @param bytes content of the message, not checked before
	 * @return the message, {@code null} for a kind that only newer nodes support
	 * @throws IllegalArgumentException if the message is malformed
	 */
	static @Nullable QueryMessage read(byte[] bytes) {
		JsonNode message = RedisMessage.object(bytes);
		String node = RedisMessage.required(message, "node");
		String kind = RedisMessage.required(message, "kind");
		if (!kind.equals(USER) && !kind.equals(COUNT)) {
			return null;
		}
		long query = RedisMessage.number(message, "query");
		if (query != RedisMessage.ABSENT) {
			return new QueryMessage(node, query, kind.equals(USER) ? ofUser(message) : new NodeQuery.Count(), null);
		}
		return new QueryMessage(node, count(message, "answer"), null,
				kind.equals(USER) ? found(message, node) : counted(message));
	}

	private static NodeQuery ofUser(JsonNode message) {
		return new NodeQuery.OfUser(RedisMessage.required(message, USER), RedisMessage.text(message, "issuer"));
	}

	private static NodeAnswer found(JsonNode message, String node) {
		List<ConnectionInfo> connections = new ArrayList<>();
		for (JsonNode each : RedisMessage.list(message, "connections")) {
			List<String> key = new ArrayList<>();
			for (JsonNode part : RedisMessage.list(each, "key")) {
				RedisMessage.check(part.isString(), "a part of a key is not a text");
				key.add(part.stringValue());
			}
			connections.add(new ConnectionInfo(RedisMessage.required(each, "id"), RedisMessage.required(each, "actor"),
					new ActorKey(key), node));
		}
		return new NodeAnswer.Found(connections, count(message, "more"));
	}

	private static NodeAnswer counted(JsonNode message) {
		String users = RedisMessage.text(message, "users");
		ByteBuffer hashes = ByteBuffer.wrap(Base64.getDecoder().decode((users != null) ? users : ""));
		RedisMessage.check(hashes.remaining() % Long.BYTES == 0, "`users` has an incomplete number");
		Set<Long> all = new HashSet<>();
		while (hashes.hasRemaining()) {
			all.add(hashes.getLong());
		}
		return new NodeAnswer.Counted(count(message, "connections"), all, count(message, "moreUsers"));
	}

	private static int count(JsonNode message, String name) {
		long number = RedisMessage.number(message, name);
		RedisMessage.check(number >= 0 && number <= Integer.MAX_VALUE, "`" + name + "` is not a count");
		return (int) number;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.util.ArrayList;
import java.util.List;

import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.Actors;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.ActorKey;

/**
 * Calls of actions by viewers of the page. They are calls of the server, without an
 * identity of a client, so that rules for clients do not apply.
 */
final class InspectorCalls {

	/** Longest result that is shown, in characters. */
	static final int MAX_RESULT = 64 * 1024;

	private final Actors actors;

	private final ValueMapper mapper;

	InspectorCalls(Actors actors, ValueMapper mapper) {
		this.actors = actors;
		this.mapper = mapper;
	}

	/**
	 * A call.
	 *
	 * @param actor the instance, which must exist
	 * @param action name of the action
	 * @param args its arguments
	 */
	record Call(ActorAddress actor, String action, List<JsonNode> args) {

		/**
		 * Reads a call.
		 * @param json an object with {@code actor}, {@code key}, {@code action}, the
		 * optional array {@code args} and the optional {@code namespace}
		 * @throws IllegalArgumentException if it is not such an object
		 */
		static Call read(String json) {
			JsonNode call = parse(json);
			JsonNode args = call.path("args");
			if (!args.isArray() && !args.isMissingNode()) {
				throw new IllegalArgumentException("args must be an array");
			}
			List<JsonNode> list = new ArrayList<>(args.size());
			args.forEach(list::add);
			return new Call(new ActorAddress(call.path("namespace").asString(ActorAddress.DEFAULT_NAMESPACE),
					text(call, "actor"), ActorKey.parse(text(call, "key"))), text(call, "action"), list);
		}

		private static JsonNode parse(String json) {
			try {
				return JsonMapper.shared().readTree(json);
			}
			catch (JacksonException ex) {
				throw new IllegalArgumentException("The call is not valid JSON", ex);
			}
		}

		private static String text(JsonNode call, String name) {
			JsonNode value = call.path(name);
			if (!value.isString()) {
				throw new IllegalArgumentException("%s must be a text".formatted(name));
			}
			return value.asString();
		}

	}

	/**
	 * Makes a call, which wakes an instance that sleeps.
	 * @param call the call
	 * @param values what the viewer may see
	 * @return the outcome as JSON text: an object with {@code result}, or with
	 * {@code error} as a client receives it, whose metadata may be replaced
	 */
	Mono<String> make(Call call, ShownValues values) {
		ActorAddress actor = call.actor();
		return this.actors.inNamespace(actor.namespace())
			.get(actor.name(), actor.key())
			.call(call.action(), JsonNode.class, call.args().toArray())
			.map((result) -> result(values.result(actor.name(), call.action(), result)))
			.defaultIfEmpty(JsonNodeFactory.instance.objectNode())
			.onErrorResume(RivetException.class, (ex) -> Mono.just(error(ex, call, values)))
			.map(JsonNode::toString);
	}

	private static ObjectNode result(JsonNode result) {
		ObjectNode outcome = JsonNodeFactory.instance.objectNode();
		String text = result.toString();
		if (text.length() > MAX_RESULT) {
			return outcome.put("excerpt", text.substring(0, MAX_RESULT)).put("length", text.length());
		}
		outcome.set("result", result);
		return outcome;
	}

	private ObjectNode error(RivetException ex, Call call, ShownValues values) {
		ObjectNode outcome = JsonNodeFactory.instance.objectNode();
		ObjectNode error = outcome.putObject("error");
		error.put("group", ex.group()).put("code", ex.code()).put("message", ex.text());
		if (ex.metadata() != null) {
			error.set("metadata", values.error(call.actor().name(), call.action(), this.mapper.toTree(ex.metadata())));
		}
		return outcome;
	}

}

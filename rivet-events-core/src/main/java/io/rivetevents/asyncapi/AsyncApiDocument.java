/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.asyncapi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.contract.reflect.ConcreteTypes;
import io.rivetevents.contract.reflect.ContractFingerprints;
import io.rivetevents.contract.reflect.EventMethod;
import io.rivetevents.invocation.ActorContract;
import io.rivetevents.invocation.ActorContract.ActionContract;
import io.rivetevents.protocol.ErrorCode;

/**
 * The contract of all actors as an AsyncAPI document. Each actor is a channel, each
 * action an operation that the server receives and replies to, each event an operation
 * that it sends. The payload of an action or event is the tuple of its arguments.
 *
 * @see <a href="https://www.asyncapi.com/docs/reference/specification/v3.0.0">AsyncAPI
 * 3.0.0</a>
 */
public final class AsyncApiDocument implements ContractFingerprints {

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	/** Contracts are equal if this mapper writes the same text. */
	private static final JsonMapper CANONICAL = JsonMapper.builder()
		.enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
		.build();

	private static final int FINGERPRINT_BYTES = 8;

	private final Supplier<List<ActorContract>> actors;

	private final JsonMapper mapper;

	private final String title;

	private final String basePath;

	private final Map<String, Optional<String>> fingerprints = new ConcurrentHashMap<>();

	/**
	 * Creates a document. The actors are read when it is written.
	 * @param actors provides the actors
	 * @param mapper writes the values that clients receive
	 * @param title name of the application
	 * @param basePath path of the actors for clients
	 */
	public AsyncApiDocument(Supplier<List<ActorContract>> actors, JsonMapper mapper, String title, String basePath) {
		this.actors = actors;
		this.mapper = mapper;
		this.title = title;
		this.basePath = basePath;
	}

	/**
	 * Returns the document.
	 */
	public ObjectNode write() {
		Schemas schemas = new Schemas(this.mapper);
		ObjectNode document = NODES.objectNode().put("asyncapi", "3.0.0");
		document.putObject("info").put("title", this.title).put("version", "1.0.0");
		document.put("defaultContentType", "application/json");
		ObjectNode channels = document.putObject("channels");
		ObjectNode operations = document.putObject("operations");
		for (ActorContract actor : this.actors.get()) {
			ObjectNode channel = channels.putObject(actor.name());
			channel.put("address", this.basePath + "/gateway/" + actor.name());
			channel.put("x-rivet-fingerprint", of(actor.name()));
			channel.set("messages", messages(actor, schemas));
			operations(actor, operations);
		}
		ObjectNode components = document.putObject("components");
		components.set("schemas", schemas.definitions());
		errors(document.putArray("x-rivet-errors"));
		return document;
	}

	/**
	 * Writes the document to a file and creates missing directories.
	 * @param file the file, replaced if it exists
	 * @throws UncheckedIOException if the file cannot be written
	 */
	public void writeTo(Path file) {
		try {
			Files.createDirectories(file.toAbsolutePath().getParent());
			Files.write(file, this.mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(write()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("%s cannot be written: %s".formatted(file, ex), ex);
		}
	}

	private static ObjectNode messages(ActorContract actor, Schemas schemas) {
		ObjectNode messages = NODES.objectNode();
		MethodParameter params = actor.params();
		if (params != null) {
			messages.putObject("params").set("payload", schema(params, schemas));
		}
		for (ActionContract action : actor.actions()) {
			ObjectNode request = messages.putObject("action." + action.name());
			request.put("title", action.name());
			request.set("payload", tuple(action.parameters(), schemas));
			ObjectNode result = messages.putObject("result." + action.name());
			Type type = action.result();
			if (type != null) {
				result.set("payload", schemas.of(type, action.nullable()));
			}
		}
		for (EventMethod event : actor.events()) {
			ObjectNode message = messages.putObject("event." + event.name());
			message.put("title", event.name());
			message.set("payload", tuple(parameters(event), schemas));
		}
		return messages;
	}

	private static ObjectNode tuple(List<MethodParameter> parameters, Schemas schemas) {
		ObjectNode tuple = NODES.objectNode().put("type", "array");
		ArrayNode items = NODES.arrayNode();
		ArrayNode names = NODES.arrayNode();
		boolean open = false;
		int required = 0;
		for (MethodParameter parameter : parameters) {
			names.add(parameter.getParameter().getName());
			if (parameter.getParameter().isVarArgs()) {
				tuple.set("items", schemas.of(type(parameter).getComponentType().getType(), false));
				open = true;
				continue;
			}
			items.add(schema(parameter, schemas));
			required = ActionContract.isOptional(parameter) ? required : items.size();
		}
		if (!items.isEmpty()) {
			tuple.set("prefixItems", items);
		}
		tuple.put("minItems", required);
		if (!open) {
			tuple.put("maxItems", items.size());
		}
		return (ObjectNode) tuple.set("x-rivet-names", names);
	}

	private static JsonNode schema(MethodParameter parameter, Schemas schemas) {
		ResolvableType type = type(parameter);
		Type of = (parameter.getParameterType() == Optional.class) ? type.getGeneric(0).getType() : type.getType();
		return schemas.of(ConcreteTypes.of(of, parameter.getContainingClass()), isNullable(parameter));
	}

	private static ResolvableType type(MethodParameter parameter) {
		return ResolvableType
			.forType(ConcreteTypes.of(parameter.getGenericParameterType(), parameter.getContainingClass()));
	}

	/**
	 * Parameters with the types as declared by the interface through which the event was
	 * found.
	 */
	private static List<MethodParameter> parameters(EventMethod event) {
		return IntStream.range(0, event.method().getParameterCount())
			.mapToObj((index) -> new MethodParameter(event.method(), index).withContainingClass(event.scopes().get(0)))
			.toList();
	}

	private static boolean isNullable(MethodParameter parameter) {
		return parameter.isOptional();
	}

	private static void operations(ActorContract actor, ObjectNode operations) {
		String channel = "#/channels/" + actor.name();
		for (ActionContract action : actor.actions()) {
			ObjectNode operation = operations.putObject(actor.name() + ".action." + action.name());
			operation.put("action", "receive").putObject("channel").put("$ref", channel);
			operation.putArray("messages").addObject().put("$ref", channel + "/messages/action." + action.name());
			ObjectNode reply = operation.putObject("reply");
			reply.putObject("channel").put("$ref", channel);
			reply.putArray("messages").addObject().put("$ref", channel + "/messages/result." + action.name());
		}
		for (EventMethod event : actor.events()) {
			ObjectNode operation = operations.putObject(actor.name() + ".event." + event.name());
			operation.put("action", "send").putObject("channel").put("$ref", channel);
			operation.putArray("messages").addObject().put("$ref", channel + "/messages/event." + event.name());
		}
	}

	private static void errors(ArrayNode errors) {
		for (ErrorCode code : ErrorCode.values()) {
			errors.addObject().put("code", code.reason()).put("status", code.status()).put("message", code.message());
		}
	}

	/**
	 * Computed from the messages of the actor and their types; independent of other
	 * actors.
	 */
	@Override
	public @Nullable String of(String name) {
		return this.fingerprints
			.computeIfAbsent(name,
					(key) -> this.actors.get()
						.stream()
						.filter((actor) -> actor.name().equals(key))
						.findFirst()
						.map(this::fingerprint))
			.orElse(null);
	}

	private String fingerprint(ActorContract actor) {
		Schemas schemas = new Schemas(this.mapper);
		ObjectNode messages = messages(actor, schemas);
		ObjectNode definitions = schemas.definitions();
		Object all = CANONICAL.treeToValue(NODES.arrayNode().add(messages).add(definitions), Object.class);
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256")
				.digest(CANONICAL.writeValueAsString(all).getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash, 0, FINGERPRINT_BYTES);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex); // every Java platform provides it
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.actor.answer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.actor.state.StoredAnswer;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.value.WireValues;

/**
 * The run of a call with an idempotency key: whether it has begun, and the form in which
 * its answer is stored. Used by one thread after the other.
 */
public final class KeyedCall {

	private final String key;

	private final Clock clock;

	private final ValueMapper mapper;

	private volatile boolean begun;

	private volatile boolean undone;

	/**
	 * Creates a call that has not begun.
	 * @param caller its caller
	 * @param call identifies it
	 * @param clock source of dates
	 * @param mapper writes the details of errors
	 */
	public KeyedCall(IdempotentAnswers.Caller caller, IdempotentAnswers.Key call, Clock clock, ValueMapper mapper) {
		this.key = key(caller, call);
		this.clock = clock;
		this.mapper = mapper;
	}

	private static String key(IdempotentAnswers.Caller caller, IdempotentAnswers.Key call) {
		try {
			MessageDigest digest = MessageDigest.getInstance("SHA-256");
			for (String part : new String[] { caller.id(), call.action(), call.key() }) {
				byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
				digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
				digest.update(bytes);
			}
			return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest(call.digest()));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex); // every Java platform provides it
		}
	}

	/** Returns the key under which its answer is stored. */
	public String key() {
		return this.key;
	}

	/** Notes that only its method can still reject it. */
	public void begin() {
		this.begun = true;
	}

	/** Notes that its commit has failed and that it has left no trace. */
	public void undo() {
		this.undone = true;
	}

	/** Returns whether its commit has failed and it has left no trace. */
	public boolean isUndone() {
		return this.undone;
	}

	/** Returns whether it may have had an effect, so that it must not run again. */
	public boolean hasRun() {
		return this.begun && !this.undone;
	}

	private Instant expiresAt() {
		return this.clock.instant().plusNanos(IdempotentAnswers.MAX_AGE_NANOS);
	}

	/**
	 * Returns the stored form of its answer.
	 * @param output the result, a missing node if there is none
	 */
	public StoredAnswer answer(JsonNode output) {
		ObjectNode answer = JsonNodeFactory.instance.objectNode();
		if (!output.isMissingNode()) {
			answer.set("output", output);
		}
		return store(answer);
	}

	/** Returns the stored form of its failure. */
	public StoredAnswer answer(RivetException failure) {
		ObjectNode answer = JsonNodeFactory.instance.objectNode();
		ObjectNode error = answer.putObject("error")
			.put("group", failure.group())
			.put("code", failure.code())
			.put("status", failure.status())
			.put("message", failure.text());
		Object metadata = failure.metadata();
		if (metadata != null) {
			error.set("metadata", this.mapper.toTree(metadata));
		}
		return store(answer);
	}

	private StoredAnswer store(ObjectNode answer) {
		return new StoredAnswer(this.key, expiresAt(), WireValues.encodeJson(answer));
	}

	/** Returns the answer of an earlier run. */
	public static Mono<JsonNode> read(StoredAnswer stored) {
		JsonNode answer = WireValues.decodeJson(stored.body());
		JsonNode error = answer.get("error");
		if (error != null) {
			return Mono.error(failure(error));
		}
		JsonNode output = answer.get("output");
		return Mono.just((output != null) ? output : MissingNode.getInstance());
	}

	private static RivetException failure(JsonNode error) {
		@Nullable JsonNode metadata = error.get("metadata");
		return new RivetException(error.path("group").asString(), error.path("code").asString(),
				error.path("status").asInt(), error.path("message").asString(), metadata);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.conformance;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.connection.ClientRequestException;
import io.rivetevents.connection.Connection;

@Actor("echo")
@Profile("conformance")
class Echo {

	@Action
	@Nullable JsonNode echo(@Nullable JsonNode value) {
		return value;
	}

	@Action
	int size(String text) {
		return text.length();
	}

	@Action
	String make(int length) {
		return "x".repeat(length);
	}

	@Action
	void nothing() {
	}

	/** Sends a request to the caller; returns the reason if there is no answer. */
	@Action
	Mono<String> ask(Connection<?> caller, String question, int timeoutMillis) {
		return caller.request("question", String.class, Duration.ofMillis(timeoutMillis), question)
			.onErrorResume(ClientRequestException.class, (ex) -> Mono.just(ex.reason().name()));
	}

	@Action
	void emitTagged(ActorContext<?, ?> c, String tag, @Nullable JsonNode value) {
		c.tagged(tag).broadcast("echoed", value);
	}

	@Action
	void emit(ActorContext<?, ?> c, JsonNode... args) {
		c.broadcast("echoed", (Object[]) args);
	}

}

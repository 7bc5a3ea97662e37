/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.sample.conformance;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.Actors;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.protocol.ErrorCode;

@Actor(name = "faulty", actionTimeout = "2s")
@Profile("conformance")
class Faulty {

	private final Actors actors;

	Faulty(Actors actors) {
		this.actors = actors;
	}

	@Action
	void failUser(String code, String message, @Nullable JsonNode metadata) {
		throw new UserError(code, message, metadata);
	}

	@Action
	void failUserPlain(String message) {
		throw new UserError(message);
	}

	@Action
	void failInternal(String message) {
		throw new IllegalStateException(message);
	}

	/** Runs, and then fails with the error of a call that it makes. */
	@Action
	Mono<Long> failNested(ActorContext<?, ?> c, String key) {
		count(c);
		return this.actors.get("counter", key).call("getCount", Long.class);
	}

	/** Runs, and then fails with an error of the server. */
	@Action
	void failWith(ActorContext<?, ?> c, String reason) {
		count(c);
		throw new RivetException(Objects.requireNonNull(ErrorCode.ofReason(reason)));
	}

	@Action(interleave = true)
	Mono<Long> countAndSleep(ActorContext<?, ?> c, long millis) {
		count(c);
		return sleepFor(millis);
	}

	/** Returns how many of the calls above have run. */
	@Action
	int runs(ActorContext<?, ?> c) {
		return (int) c.vars().getOrDefault("runs", 0);
	}

	private static void count(ActorContext<?, ?> c) {
		c.vars().merge("runs", 1, (before, one) -> (int) before + (int) one);
	}

	@Action
	String ok() {
		return "ok";
	}

	@Action(interleave = true)
	Mono<Long> sleepFor(long millis) {
		return Mono.delay(Duration.ofMillis(millis)).thenReturn(millis);
	}

}

package io.rivetevents.sample.conformance;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;
import io.rivetevents.protocol.UserError;

@Actor(name = "faulty", actionTimeout = "2s")
@Profile("conformance")
class Faulty {

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

	@Action
	String ok() {
		return "ok";
	}

	@Action(interleave = true)
	Mono<Long> sleepFor(long millis) {
		return Mono.delay(Duration.ofMillis(millis)).thenReturn(millis);
	}

}

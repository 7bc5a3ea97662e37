package io.rivetevents.sample.conformance;

import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Profile;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.Action;
import io.rivetevents.annotation.Actor;

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

	@Action
	void emit(ActorContext<?, ?> c, JsonNode... args) {
		c.broadcast("echoed", (Object[]) args);
	}

}

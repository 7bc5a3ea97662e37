/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.util.StringUtils;

import io.rivetevents.annotation.CanSubscribe;
import io.rivetevents.contract.reflect.NameRules;

/**
 * The methods with {@link CanSubscribe} of an actor: those for single events, and the one
 * for all others.
 */
final class SubscriptionRules {

	private final Map<String, ActorMethod> byEvent = new LinkedHashMap<>();

	private @Nullable ActorMethod general;

	/**
	 * Adds a method.
	 * @param events names of the events that it is for, empty for all others
	 * @throws InvalidActorException if another method is for the same event, or a
	 * parameter has no source
	 */
	void add(ActorMethod method, String[] events) {
		method.clientParameters().forEach(SubscriptionRules::checkName);
		if (events.length == 0) {
			checkUnique("@CanSubscribe without the name of an event", this.general, method);
			this.general = method;
		}
		for (String event : events) {
			if (!StringUtils.hasText(event)) {
				throw new InvalidActorException(method.getMethod(), "its @CanSubscribe contains an empty event name",
						"Name the events, as in @CanSubscribe(\"said\"), or remove all names for a rule of all events");
			}
			String problem = NameRules.problem(event);
			if (problem != null) {
				throw new InvalidActorException(method.getMethod(), "an event in its @CanSubscribe: " + problem,
						"Correct the name in @CanSubscribe");
			}
			checkUnique("@CanSubscribe(\"%s\")".formatted(event), this.byEvent.put(event, method), method);
		}
	}

	private static void checkName(MethodParameter parameter) {
		if (!parameter.getParameterType().isAssignableFrom(String.class)) {
			throw new InvalidActorException(parameter,
					"no resolver supports it, and it is not a String for the name of the event",
					"Change its type to String for the name of the event, or remove it");
		}
	}

	private static void checkUnique(String annotation, @Nullable ActorMethod other, ActorMethod method) {
		if (other != null && other != method) {
			throw new InvalidActorException(method.getMethod(),
					"only one method can have %s, but %s has it, too".formatted(annotation,
							other.getMethod().getName()),
					"Remove %s from one of these methods, or name another event".formatted(annotation));
		}
	}

	/**
	 * Checks that the actor can send the named events.
	 * @throws InvalidActorException if it cannot send one of them
	 */
	void check(DeclaredEvents declared) {
		this.byEvent.forEach((event, method) -> {
			if (declared.settings(event) == null) {
				throw new InvalidActorException(method.getMethod(),
						"its @CanSubscribe names \"%s\", which the strict contract of the actor does not declare"
							.formatted(event),
						"Correct the name in @CanSubscribe, or declare the event in an interface of @Actor(events = ...)");
			}
		});
	}

	/**
	 * Returns the method for an event, {@code null} if there is none.
	 */
	@Nullable ActorMethod of(String event) {
		ActorMethod own = this.byEvent.get(event);
		return (own != null) ? own : this.general;
	}

	Stream<ActorMethod> methods() {
		return Stream.concat(this.byEvent.values().stream(), Stream.ofNullable(this.general)).distinct();
	}

}

package io.rivetevents.invocation;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.util.StringUtils;

import io.rivetevents.annotation.CanSubscribe;

/**
 * The methods with {@link CanSubscribe} of an actor: those of single events, and the one
 * of all others.
 */
final class SubscriptionRules {

	private final Map<String, ActorMethod> byEvent = new LinkedHashMap<>();

	private @Nullable ActorMethod general;

	/**
	 * Adds a method.
	 * @param events names of the events that it decides about, none for all others
	 * @throws InvalidActorException if another one decides about the same, or it has a
	 * parameter that nothing supplies
	 */
	void add(ActorMethod method, String[] events) {
		method.clientParameters().forEach(SubscriptionRules::checkName);
		if (events.length == 0) {
			checkUnique("@CanSubscribe without the name of an event", this.general, method);
			this.general = method;
		}
		for (String event : events) {
			if (!StringUtils.hasText(event)) {
				throw new InvalidActorException(method.getMethod(), "its @CanSubscribe names an event without a name");
			}
			checkUnique("@CanSubscribe(\"%s\")".formatted(event), this.byEvent.put(event, method), method);
		}
	}

	private static void checkName(MethodParameter parameter) {
		if (!parameter.getParameterType().isAssignableFrom(String.class)) {
			throw new InvalidActorException(parameter,
					"no resolver supports it, and it is no String for the name of the event");
		}
	}

	private static void checkUnique(String annotation, @Nullable ActorMethod other, ActorMethod method) {
		if (other != null && other != method) {
			throw new InvalidActorException(method.getMethod(),
					"%s stands on another method, too: %s".formatted(annotation, other.getMethod().getName()));
		}
	}

	/**
	 * Checks that the actor can send the events that are named.
	 * @throws InvalidActorException if one of them is never sent
	 */
	void check(DeclaredEvents declared) {
		this.byEvent.forEach((event, method) -> {
			if (declared.settings(event) == null) {
				throw new InvalidActorException(method.getMethod(),
						"its @CanSubscribe names \"%s\", but the contract of the actor is strict and has no such event"
							.formatted(event));
			}
		});
	}

	/**
	 * Returns the method that decides about an event, {@code null} if there is none.
	 */
	@Nullable ActorMethod of(String event) {
		ActorMethod own = this.byEvent.get(event);
		return (own != null) ? own : this.general;
	}

	Stream<ActorMethod> methods() {
		return Stream.concat(this.byEvent.values().stream(), Stream.ofNullable(this.general)).distinct();
	}

}

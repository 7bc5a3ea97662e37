package io.rivetevents.invocation;

import java.security.Principal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.ActorType.EventSettings;
import io.rivetevents.contract.EventContracts;
import io.rivetevents.contract.EventMethod;

/**
 * The events that the contracts of one actor declare.
 */
final class DeclaredEvents {

	private static final EventSettings DROPPABLE = new EventSettings(true);

	private final Map<String, EventMethod> events = new HashMap<>();

	private final boolean strict;

	private final SubscriptionGuard guard;

	/**
	 * Read the contracts.
	 * @param type class of the actor
	 * @param contracts their interfaces
	 * @param strict whether there must be no other events
	 * @param support what calls need
	 * @throws InvalidActorException if two contracts declare the same event
	 */
	DeclaredEvents(Class<?> type, List<Class<?>> contracts, boolean strict, InvocationSupport support) {
		EventContracts known = support.contracts();
		contracts.forEach((contract) -> known.of(contract).events().forEach((event) -> add(type, event)));
		this.strict = strict;
		this.guard = support.subscriptions();
		if (strict && this.events.isEmpty()) {
			throw new InvalidActorException(type, "it is strict, but declares no events");
		}
	}

	private void add(Class<?> type, EventMethod event) {
		EventMethod other = this.events.putIfAbsent(event.name(), event);
		if (other != null) {
			throw new InvalidActorException(type, "two contracts declare the event \"%s\": %s and %s"
				.formatted(event.name(), other.method(), event.method()));
		}
	}

	@Nullable EventSettings settings(String name) {
		EventMethod event = this.events.get(name);
		if (event == null) {
			return this.strict ? null : EventSettings.PLAIN;
		}
		return event.droppable() ? DROPPABLE : EventSettings.PLAIN;
	}

	void checkSubscription(String name, @Nullable Principal principal) {
		EventMethod event = this.events.get(name);
		if (event != null && this.guard.guards(event)) {
			this.guard.check(event, principal);
		}
	}

}

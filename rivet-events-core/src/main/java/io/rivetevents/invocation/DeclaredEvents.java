/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.AnnotatedElement;
import java.security.Principal;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.actor.call.ActorType.EventSettings;
import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.contract.reflect.EventMethod;
import io.rivetevents.contract.History;
import io.rivetevents.delivery.HistoryLimits;

/**
 * The events that the contracts of one actor declare.
 */
final class DeclaredEvents {

	private static final Log logger = LogFactory.getLog(DeclaredEvents.class);

	private final Map<String, EventMethod> events = new HashMap<>();

	private final Map<String, EventSettings> settings = new HashMap<>();

	/** The events with restricted subscriptions. */
	private final Map<String, EventMethod> guarded = new HashMap<>();

	private final HistoryLimits history;

	private final boolean strict;

	private final SubscriptionGuard guard;

	/** The restricted events of all actors. */
	private final GuardedEvents guardedAnywhere;

	/**
	 * Reads the contracts.
	 * @param type class of the actor
	 * @param contracts the contract interfaces
	 * @param strict whether other events are forbidden
	 * @param history default limits of recorded events
	 * @param support services for calls
	 * @throws InvalidActorException if two contracts declare the same event
	 */
	DeclaredEvents(Class<?> type, List<Class<?>> contracts, boolean strict, HistoryLimits history,
			InvocationServices support) {
		this.history = history;
		this.guard = support.subscriptions();
		this.guardedAnywhere = support.guardedEvents();
		EventContracts known = support.contracts();
		contracts.forEach((contract) -> known.of(contract).events().forEach((event) -> {
			add(type, event);
			known.declare(event);
		}));
		this.guarded.values().forEach(this.guardedAnywhere::add);
		this.strict = strict;
		if (strict && this.events.isEmpty()) {
			throw new InvalidActorException(type, "`strict = true` requires at least one event in `events`",
					"Add an interface with the events to @Actor(events = ...), or remove `strict`");
		}
	}

	private void add(Class<?> type, EventMethod event) {
		EventMethod other = this.events.putIfAbsent(event.name(), event);
		if (other != null) {
			throw new InvalidActorException(type,
					"two contracts declare the event \"%s\": %s and %s".formatted(event.name(), other.method(),
							event.method()),
					"Rename one of the methods, or add @EventName(\"...\") with another name to it");
		}
		this.settings.put(event.name(), new EventSettings(event.droppable(), history(event), event.arguments()));
		if (this.guard.guards(event)) {
			this.guarded.put(event.name(), event);
		}
		else {
			Stream.<AnnotatedElement>concat(Stream.of(event.method()), event.scopes().stream())
				.flatMap((element) -> SecurityAnnotations.of(element).stream())
				.findFirst()
				.ifPresent((annotation) -> {
					throw new InvalidActorException(event.method(),
							SecurityAnnotations.noEffect(annotation,
									"an event supports @PreAuthorize only, with Spring Security on the class path"),
							"Use @PreAuthorize, and add the dependency org.springframework.boot:spring-boot-starter-security");
				});
		}
	}

	/** Annotations of the method take precedence over those of its interface. */
	private @Nullable HistoryLimits history(EventMethod event) {
		return Stream.<AnnotatedElement>concat(Stream.of(event.method()), event.scopes().stream())
			.map((element) -> element.getAnnotation(History.class))
			.filter(Objects::nonNull)
			.findFirst()
			.map((own) -> limits(event, own))
			.orElse(null);
	}

	private HistoryLimits limits(EventMethod event, History own) {
		try {
			return this.history.with(own);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidActorException(event.method(), String.valueOf(ex.getMessage()),
					"Change the attributes of @History");
		}
	}

	/** Returns the settings of the declared events by their names. */
	Map<String, EventSettings> settings() {
		return Collections.unmodifiableMap(this.settings);
	}

	@Nullable EventSettings settings(String name) {
		EventSettings declared = this.settings.get(name);
		return (declared != null || this.strict) ? declared : EventSettings.PLAIN;
	}

	List<EventMethod> all() {
		return this.events.values().stream().sorted(Comparator.comparing(EventMethod::name)).toList();
	}

	/**
	 * Checks that a client may subscribe. For an event that this actor declares its own
	 * declaration applies, for any other event those of all actors, whose contracts could
	 * send it.
	 * @return whether the client may also receive events of this name from other actors
	 */
	boolean checkSubscription(String name, @Nullable Principal principal) {
		EventMethod own = this.guarded.get(name);
		if (own != null) {
			this.guard.check(own, principal);
		}
		Stream<EventMethod> others = this.guardedAnywhere.of(name).stream().filter((event) -> !event.equals(own));
		if (this.events.containsKey(name)) {
			return others.allMatch((event) -> may(event, principal));
		}
		others.forEach((event) -> this.guard.check(event, principal));
		return true;
	}

	private boolean may(EventMethod event, @Nullable Principal principal) {
		try {
			this.guard.check(event, principal);
			return true;
		}
		catch (RuntimeException ex) {
			logger.debug("A subscription to %s is limited to events of its own actor, because %s denies access"
				.formatted(event.name(), event.method()), ex);
			return false;
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.lang.reflect.AnnotatedElement;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.util.SimpleMethodInvocation;

import io.rivetevents.contract.reflect.EventMethod;
import io.rivetevents.invocation.InvalidActorException;
import io.rivetevents.invocation.SecurityAnnotations;
import io.rivetevents.invocation.SubscriptionGuard;

/**
 * Restricts subscriptions to an event by the {@link PreAuthorize} of its method. Without
 * one, those of its scopes apply: of its interface and of each enclosing one.
 */
public final class PreAuthorizeSubscriptionGuard implements SubscriptionGuard {

	private final SecurityRules rules;

	private final Map<EventMethod, List<SecurityRules.Condition>> conditions = new ConcurrentHashMap<>();

	/**
	 * Creates a guard.
	 * @param rules reads and evaluates rules
	 */
	public PreAuthorizeSubscriptionGuard(SecurityRules rules) {
		this.rules = rules;
	}

	@Override
	public boolean guards(EventMethod event) {
		Stream.<AnnotatedElement>concat(Stream.of(event.method()), event.scopes().stream())
			.flatMap((element) -> SecurityAnnotations.of(element).stream())
			.filter((annotation) -> annotation != PreAuthorize.class)
			.findFirst()
			.ifPresent((annotation) -> {
				throw new InvalidActorException(event.method(),
						SecurityAnnotations.noEffect(annotation, "an event supports @PreAuthorize only"),
						"Replace it by @PreAuthorize");
			});
		return !conditions(event).isEmpty(); // an error occurs at start-up only
	}

	@Override
	public void check(EventMethod event, @Nullable Principal principal) {
		List<SecurityRules.Condition> conditions = conditions(event);
		if (!conditions.isEmpty()) {
			MethodInvocation call = new SimpleMethodInvocation(event.scopes().get(0), event.method());
			this.rules.check(conditions, principal, call, Map.of());
		}
	}

	private List<SecurityRules.Condition> conditions(EventMethod event) {
		return this.conditions.computeIfAbsent(event, (unread) -> this.rules.ofEvent(unread.method(), unread.scopes()));
	}

}

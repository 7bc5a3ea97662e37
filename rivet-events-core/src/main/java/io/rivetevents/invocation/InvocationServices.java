/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.UndeclaredThrowableException;
import java.security.Principal;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import reactor.core.Exceptions;

import io.rivetevents.contract.reflect.EventContracts;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.ArgumentValidator;
import io.rivetevents.extension.FailureTranslator;
import io.rivetevents.extension.Invocation;
import io.rivetevents.extension.InvocationDecorator;
import io.rivetevents.scheduling.CallerScope;

/**
 * Services for the calls of all actors.
 */
public final class InvocationServices {

	private final ValueMapper mapper;

	private final ContextResolvers resolvers;

	private final ArgumentValidator validator;

	private final InvocationDecorator decorator;

	private final List<FailureTranslator> translators;

	private final EventContracts contracts;

	private final SubscriptionGuard subscriptions;

	private final AccessGuard access;

	private final CallerScope callers;

	private final GuardedEvents guardedEvents = new GuardedEvents();

	/**
	 * Beans that take part in calls.
	 *
	 * @param resolvers the application's argument resolvers, in their order
	 * @param validator validates arguments of actions
	 * @param decorators decorate each call, the first one outermost
	 * @param translators translate exceptions for clients, in their order
	 * @param subscriptions checks subscriptions to declared events
	 * @param access enforces the access rules of actors and their methods
	 * @param callers scope of the caller, for all of these
	 */
	public record Neighbours(List<ActionArgumentResolver> resolvers, ArgumentValidator validator,
			List<InvocationDecorator> decorators, List<FailureTranslator> translators, SubscriptionGuard subscriptions,
			AccessGuard access, CallerScope callers) {

		/** No beans. */
		public static final Neighbours NONE = new Neighbours(List.of(), ArgumentValidator.NONE, List.of(), List.of(),
				SubscriptionGuard.NONE, AccessGuard.NONE, CallerScope.NONE);

	}

	/**
	 * Creates the services.
	 * @param mapper converts arguments
	 * @param contracts the contracts that actors declare
	 * @param neighbours other beans that take part in calls
	 */
	public InvocationServices(ValueMapper mapper, EventContracts contracts, Neighbours neighbours) {
		this.mapper = mapper;
		this.contracts = contracts;
		this.callers = neighbours.callers();
		this.resolvers = new ContextResolvers(mapper, neighbours.resolvers().stream().map(this::scoped).toList());
		this.validator = neighbours.validator();
		this.decorator = neighbours.decorators()
			.stream()
			.reduce((invocation, call) -> call.call(), (outer,
					inner) -> (invocation, call) -> outer.around(invocation, () -> inner.around(invocation, call)));
		this.translators = List.copyOf(neighbours.translators());
		this.subscriptions = neighbours.subscriptions();
		this.access = neighbours.access();
		contracts.guardBy(this.subscriptions::guards);
	}

	private ActionArgumentResolver scoped(ActionArgumentResolver resolver) {
		return new ActionArgumentResolver() {

			@Override
			public boolean supportsParameter(MethodParameter parameter) {
				return resolver.supportsParameter(parameter);
			}

			@Override
			public @Nullable Object resolveArgument(MethodParameter parameter, Invocation invocation) {
				return InvocationServices.this.callers.call(invocation.caller(),
						() -> resolver.resolveArgument(parameter, invocation));
			}

		};
	}

	EventContracts contracts() {
		return this.contracts;
	}

	SubscriptionGuard subscriptions() {
		return this.subscriptions;
	}

	GuardedEvents guardedEvents() {
		return this.guardedEvents;
	}

	AccessGuard access() {
		return this.access;
	}

	CallerScope callers() {
		return this.callers;
	}

	ValueMapper mapper() {
		return this.mapper;
	}

	ContextResolvers resolvers() {
		return this.resolvers;
	}

	ArgumentValidator validator() {
		return this.validator;
	}

	InvocationDecorator decorator() {
		return this.decorator;
	}

	/**
	 * Translates a failure.
	 * @param caller the caller whose call has failed, {@code null} for the server itself
	 * @return the error for the client, {@code null} if it has no translation
	 */
	@Nullable RivetException translate(Throwable failure, @Nullable Principal caller) {
		Throwable cause = wrapped(failure);
		if (cause != null) {
			return translate(cause, caller);
		}
		if (failure instanceof RivetException known) {
			return known;
		}
		for (FailureTranslator translator : this.translators) {
			RivetException known = this.callers.call(caller, () -> translator.translate(failure));
			if (known != null) {
				return known;
			}
		}
		return this.callers.call(caller, () -> AnnotatedErrors.translate(failure));
	}

	/** Returns the cause of a wrapper exception, {@code null} if there is no wrapper. */
	private static @Nullable Throwable wrapped(Throwable failure) {
		boolean wrapper = failure instanceof CompletionException || failure instanceof ExecutionException
				|| failure instanceof UndeclaredThrowableException;
		// a checked exception that block() of a Mono has wrapped
		Throwable cause = wrapper ? failure.getCause() : Exceptions.unwrap(failure);
		return (cause != failure) ? cause : null;
	}

}

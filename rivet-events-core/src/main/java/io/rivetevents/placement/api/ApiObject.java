/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.api;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.util.Assert;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorAddress;
import io.rivetevents.actor.ActorContext;
import io.rivetevents.actor.call.CurrentTurn;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.SafeText;

/**
 * A proxy of an interface that an actor implements: calls the actions of one instance.
 */
final class ApiObject implements InvocationHandler {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(ApiObject.class));

	private static final @Nullable Object[] NONE = new Object[0];

	private final Class<?> api;

	private final Map<Method, ApiMethod> methods;

	private final ActorTarget target;

	private final ActorApis.Calls calls;

	/**
	 * Creates a proxy.
	 * @param api the interface
	 * @param methods its methods that call actions
	 * @param target the instance
	 * @param calls calls its actions
	 */
	ApiObject(Class<?> api, Map<Method, ApiMethod> methods, ActorTarget target, ActorApis.Calls calls) {
		this.api = api;
		this.methods = methods;
		this.target = target;
		this.calls = calls;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] given) throws Throwable {
		@Nullable Object[] args = (given != null) ? given : NONE;
		ApiMethod action = this.methods.get(method);
		if (action != null) {
			return call(action, args);
		}
		if (method.isDefault()) {
			return invokeDefault(proxy, method, args);
		}
		return switch (method.getName()) {
			case "equals" -> proxy == args[0];
			case "hashCode" -> System.identityHashCode(proxy);
			default -> "%s of %s".formatted(this.api.getSimpleName(), this.target);
		};
	}

	/**
	 * Does not use {@code InvocationHandler.invokeDefault}: the interface may be
	 * non-public.
	 */
	private static @Nullable Object invokeDefault(Object proxy, Method method, @Nullable Object[] args)
			throws Throwable {
		Class<?> declaring = method.getDeclaringClass();
		return MethodHandles.privateLookupIn(declaring, MethodHandles.lookup())
			.unreflectSpecial(method, declaring)
			.bindTo(proxy)
			.invokeWithArguments(args);
	}

	private @Nullable Object call(ApiMethod action, @Nullable Object[] args) {
		Mono<Object> result = Mono.defer(() -> this.calls.call(action.action(), action.values(args)))
			.mapNotNull(action::convert);
		ReactiveAdapter adapter = action.adapter();
		if (adapter != null) {
			return adapter.fromPublisher(
					adapter.isMultiValue() ? result.flatMapMany((list) -> Flux.fromIterable((List<?>) list)) : result);
		}
		if (action.isOneWay()) {
			result.subscribe(null, (ex) -> failures.warn(action.toString(),
					() -> "One-way call %s of %s failed: %s".formatted(action, this.target, SafeText.of(ex))));
			return null;
		}
		checkMayWait(action);
		return action.returned(result.block());
	}

	private void checkMayWait(ApiMethod action) {
		Assert.state(!Schedulers.isInNonBlockingThread(),
				() -> "%s would block thread %s, which must not block: use the return type Mono or CompletionStage"
					.formatted(action, Thread.currentThread().getName()));
		ActorContext<?, ?> current = CurrentTurn.context();
		Assert.state(current == null || !isTarget(current),
				() -> "%s would deadlock: it calls its own instance, %s, and waits. Use the return type Mono or CompletionStage"
					.formatted(action, this.target));
	}

	private boolean isTarget(ActorContext<?, ?> current) {
		return (this.target instanceof ActorTarget.ById byId) ? byId.actorId().equals(current.id())
				: Objects.requireNonNull(this.target.address())
					.equals(new ActorAddress(current.namespace(), current.name(), current.key()));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.api;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;
import org.springframework.util.ReflectionUtils;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.extension.ActorTarget;

/**
 * Creates proxies of the interfaces that actors implement; their methods call actions.
 * Each interface is read once for an actor. Safe for use by several threads.
 */
public final class ActorApis {

	private final Supplier<Collection<ActorType>> types;

	private final ValueMapper mapper;

	private final Map<Key, Map<Method, ApiMethod>> read = new ConcurrentHashMap<>();

	/**
	 * An interface and an actor that implements it.
	 *
	 * @param api the interface
	 * @param actor name of the actor
	 */
	private record Key(Class<?> api, String actor) {
	}

	/** Calls the actions of an instance. */
	@FunctionalInterface
	public interface Calls {

		/**
		 * Calls an action, once subscribed to.
		 * @param action its name
		 * @param args its arguments
		 * @return the result, a missing or null node for none
		 */
		Mono<JsonNode> call(String action, List<JsonNode> args);

	}

	/**
	 * Creates an empty cache of interfaces.
	 * @param types returns the actors
	 * @param mapper converts arguments and results
	 */
	public ActorApis(Supplier<Collection<ActorType>> types, ValueMapper mapper) {
		this.types = types;
		this.mapper = mapper;
	}

	/**
	 * Returns the name of the only actor that implements an interface.
	 * @throws IllegalArgumentException if there is none, or several
	 */
	public String nameOf(Class<?> api) {
		List<ActorType> found = this.types.get().stream().filter((type) -> implement(type, api)).toList();
		Assert.isTrue(!found.isEmpty(), () -> "No actor implements %s".formatted(api.getName()));
		Assert.isTrue(found.size() == 1,
				() -> "Several actors implement %s: %s. Find the instance by the name of its actor, and use as(%s.class)"
					.formatted(api.getName(), names(found), api.getSimpleName()));
		return found.get(0).name();
	}

	private static boolean implement(ActorType type, Class<?> api) {
		return api.isAssignableFrom(type.actorClass());
	}

	private static List<String> names(Collection<ActorType> types) {
		return types.stream().map(ActorType::name).sorted().toList();
	}

	/**
	 * Creates a proxy of an interface.
	 * @param api the interface
	 * @param target the instance that it calls
	 * @param calls calls actions of that instance
	 * @throws IllegalArgumentException if the actor does not implement the interface, or
	 * one of its methods cannot be called
	 */
	public <T> T implement(Class<T> api, ActorTarget target, Calls calls) {
		checkInterface(api);
		String actor = (target instanceof ActorTarget.ById) ? nameOf(api)
				: Objects.requireNonNull(target.address()).name();
		Map<Method, ApiMethod> methods = this.read.computeIfAbsent(new Key(api, actor), this::read);
		return api.cast(Proxy.newProxyInstance(api.getClassLoader(), new Class<?>[] { api },
				new ApiObject(api, methods, target, calls)));
	}

	/**
	 * Checks that a type is an interface that an actor can implement.
	 * @throws IllegalArgumentException if it is not
	 */
	public static void checkInterface(Class<?> api) {
		Assert.isTrue(api.isInterface() && !api.isAnnotation(), () -> api.getName() + " is not an interface");
	}

	private @Nullable ActorType find(String actor) {
		return this.types.get().stream().filter((type) -> type.name().equals(actor)).findFirst().orElse(null);
	}

	private Map<Method, ApiMethod> read(Key key) {
		ActorType type = find(key.actor());
		Assert.isTrue(type != null, () -> "No actor is named %s".formatted(key.actor()));
		Assert.isTrue(implement(type, key.api()),
				() -> "%s does not implement %s; actors that implement it: %s".formatted(type, key.api().getName(),
						names(this.types.get().stream().filter((each) -> implement(each, key.api())).toList())));
		Map<Method, ApiMethod> methods = new HashMap<>();
		for (Method method : key.api().getMethods()) {
			ApiMethod action = Modifier.isStatic(method.getModifiers()) ? null : action(key.api(), method, type);
			if (action != null) {
				methods.put(method, action);
			}
		}
		Assert.isTrue(!methods.isEmpty(), () -> "%s declares no action of the actor".formatted(key.api().getName()));
		return Map.copyOf(methods);
	}

	/** Returns the action of a method, {@code null} if the method runs locally. */
	private @Nullable ApiMethod action(Class<?> api, Method method, ActorType type) {
		ActorType.DeclaredAction action = type.declaredAction(method);
		if (action == null) {
			Assert
				.isTrue(method.isDefault() || ReflectionUtils.isObjectMethod(method),
						() -> ("%s is not an action of %s: add @Action to the method of the class,"
								+ " or the interface to @Actor(actions = ...)")
							.formatted(method.toGenericString(), type));
			return null;
		}
		Assert.isTrue(action.fromCaller(),
				() -> ("%s cannot be called from server code, because %s supplies some of its arguments:"
						+ " use ActorContext.current() in the actor instead of a parameter")
					.formatted(method.toGenericString(), type));
		ActorType.ActionSettings settings = type.action(action.name());
		return new ApiMethod(api, method, action, settings != null && settings.oneWay(), this.mapper);
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.rivetevents.contract.EventName;
import io.rivetevents.contract.InvalidContractException;
import io.rivetevents.contract.OneWay;
import io.rivetevents.contract.Volatile;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;

/**
 * An interface that declares events. Each method is an event, and each nested interface
 * is a namespace. All errors are reported when the interface is read.
 *
 * @since 0.1.0
 */
public final class EventContract {

	private static final @Nullable Object[] NONE = new Object[0];

	private final Class<?> type;

	private final Map<String, EventMethod> byName = new LinkedHashMap<>();

	private final Map<Method, EventMethod> byMethod = new HashMap<>();

	private final Map<Method, Class<?>> namespaces = new HashMap<>();

	/**
	 * Reads an interface.
	 * @param type the interface
	 * @param mapper checks whether types can be encoded
	 * @throws InvalidContractException if the interface is not a valid contract
	 */
	EventContract(Class<?> type, ValueMapper mapper) {
		this.type = type;
		if (!type.isInterface() || type.isAnnotation()) {
			throw new InvalidContractException(type, "it is not an interface", "Declare the events in an interface");
		}
		read(prefix(type), scopes(type), mapper);
		if (this.byName.isEmpty()) {
			throw new InvalidContractException(type, "it has no methods",
					"Add a method that returns void for each event");
		}
	}

	/** Prefix of the names: empty unless the type is itself a namespace. */
	private static String prefix(Class<?> type) {
		Class<?> outer = type.getDeclaringClass();
		return (outer != null && outer.isInterface()) ? prefix(outer) + namespace(type) : "";
	}

	private static String namespace(Class<?> type) {
		EventName name = type.getAnnotation(EventName.class);
		String simple = type.getSimpleName();
		return ((name != null) ? name.value() : Character.toLowerCase(simple.charAt(0)) + simple.substring(1)) + ".";
	}

	/** The type and the interfaces that enclose it. */
	private static List<Class<?>> scopes(Class<?> type) {
		List<Class<?>> scopes = new ArrayList<>();
		for (Class<?> scope = type; scope != null && scope.isInterface(); scope = scope.getDeclaringClass()) {
			scopes.add(scope);
		}
		return scopes;
	}

	private void read(String prefix, List<Class<?>> scopes, ValueMapper mapper) {
		Class<?> part = scopes.get(0);
		Method[] methods = part.getMethods();
		Arrays.sort(methods, Comparator.comparing(Method::toGenericString));
		for (Method method : methods) {
			if (Modifier.isAbstract(method.getModifiers())) {
				read(method, prefix, scopes, mapper);
			}
		}
		for (Class<?> nested : namespaces(part)) {
			List<Class<?>> inner = new ArrayList<>(scopes);
			inner.add(0, nested);
			read(prefix + namespace(nested), inner, mapper);
		}
	}

	/**
	 * Returns the nested interfaces of a contract or a namespace, which are its
	 * namespaces. Includes those of the interfaces that it extends.
	 * @param part the interface
	 */
	public static Set<Class<?>> namespaces(Class<?> part) {
		Set<Class<?>> namespaces = new LinkedHashSet<>();
		for (Class<?> nested : part.getDeclaredClasses()) {
			if (nested.isInterface() && !nested.isAnnotation()) {
				namespaces.add(nested);
			}
		}
		for (Class<?> extended : part.getInterfaces()) {
			namespaces.addAll(namespaces(extended));
		}
		return namespaces;
	}

	private void read(Method method, String prefix, List<Class<?>> scopes, ValueMapper mapper) {
		if (method.getParameterCount() == 0 && namespaces(scopes.get(0)).contains(method.getReturnType())) {
			this.namespaces.put(method, method.getReturnType());
			return;
		}
		if (method.getReturnType() != void.class) {
			throw new InvalidContractException(method, "it must return void, because an event has no answer",
					"Change its return type to void");
		}
		if (method.isAnnotationPresent(OneWay.class)) {
			throw new InvalidContractException(method, "its @OneWay has no effect, because an event has no answer",
					"Remove @OneWay, or move it to the action");
		}
		List<DeclaredType> arguments = new ArrayList<>();
		for (Type declared : method.getGenericParameterTypes()) {
			Type parameter = ConcreteTypes.of(declared, scopes.get(0));
			String problem = Encodable.problem(parameter, mapper);
			if (problem != null) {
				throw new InvalidContractException(method, problem,
						"Change the type of the parameter, or register a serializer for it with the JsonMapper");
			}
			arguments.add(mapper.declared(parameter));
		}
		EventName given = method.getAnnotation(EventName.class);
		String name = prefix + ((given != null) ? given.value() : method.getName());
		if (name.isEmpty() || name.endsWith(".")) {
			throw new InvalidContractException(method, "its name is empty",
					"Add a name to its @EventName, or remove the annotation");
		}
		String problem = NameRules.problem(name);
		if (problem != null) {
			throw new InvalidContractException(method, problem, "Correct the name in @EventName");
		}
		add(new EventMethod(name, method, isVolatile(method, scopes), scopes, arguments));
	}

	private static boolean isVolatile(Method method, List<Class<?>> scopes) {
		return method.isAnnotationPresent(Volatile.class)
				|| scopes.stream().anyMatch((scope) -> scope.isAnnotationPresent(Volatile.class));
	}

	private void add(EventMethod event) {
		EventMethod other = this.byName.putIfAbsent(event.name(), event);
		if (other != null) {
			throw new InvalidContractException(event.method(),
					"another method declares the event \"%s\", too: %s".formatted(event.name(),
							other.method().toGenericString()),
					"Rename one of the methods, or add @EventName(\"...\") with another name to it");
		}
		this.byMethod.put(event.method(), event);
	}

	/**
	 * Returns the declared events.
	 */
	public List<EventMethod> events() {
		return List.copyOf(this.byName.values());
	}

	/**
	 * Returns an implementation of the interface. Its methods send and return
	 * immediately. A method without parameters that returns a namespace provides the
	 * implementation of the namespace.
	 * @param sender sends the events
	 * @return an implementation of the interface that was read
	 */
	public Object implement(EventSender sender) {
		return implement(this.type, sender);
	}

	private Object implement(Class<?> part, EventSender sender) {
		InvocationHandler handler = (proxy, method, args) -> invoke(proxy, method, (args != null) ? args : NONE,
				sender);
		return Proxy.newProxyInstance(part.getClassLoader(), new Class<?>[] { part }, handler);
	}

	private @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] args, EventSender sender)
			throws Throwable {
		EventMethod event = this.byMethod.get(method);
		if (event != null) {
			sender.send(event, args);
			return null;
		}
		Class<?> namespace = this.namespaces.get(method);
		if (namespace != null) {
			return implement(namespace, sender);
		}
		if (method.isDefault()) {
			return invokeDefault(proxy, method, args);
		}
		return switch (method.getName()) {
			case "equals" -> proxy == args[0];
			case "hashCode" -> System.identityHashCode(proxy);
			default -> "events of " + this.type.getName();
		};
	}

	/**
	 * Does not use {@code InvocationHandler.invokeDefault}, because the interface need
	 * not be public.
	 */
	private static @Nullable Object invokeDefault(Object proxy, Method method, @Nullable Object[] args)
			throws Throwable {
		Class<?> declaring = method.getDeclaringClass();
		return MethodHandles.privateLookupIn(declaring, MethodHandles.lookup())
			.unreflectSpecial(method, declaring)
			.bindTo(proxy)
			.invokeWithArguments(args);
	}

	@Override
	public String toString() {
		return "contract " + this.type.getName();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.placement.api;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.call.ActorType;
import io.rivetevents.contract.reflect.ConcreteTypes;
import io.rivetevents.conversion.DeclaredType;
import io.rivetevents.conversion.ValueMapper;

/**
 * A method of an interface that calls an action of the actor that implements the
 * interface.
 */
final class ApiMethod {

	private final Method method;

	private final ActorType.DeclaredAction action;

	private final boolean oneWay;

	private final ValueMapper mapper;

	private final List<DeclaredType> parameters;

	private final @Nullable ReactiveAdapter adapter;

	private final JavaType result;

	/**
	 * Reads a method.
	 * @param api the interface that declares or inherits it
	 * @param method the method
	 * @param action the action that it declares
	 * @param oneWay whether the caller does not wait for the end of the action
	 * @param mapper converts arguments and results
	 */
	ApiMethod(Class<?> api, Method method, ActorType.DeclaredAction action, boolean oneWay, ValueMapper mapper) {
		this.method = method;
		this.action = action;
		this.mapper = mapper;
		this.parameters = parameters(api);
		this.adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType());
		this.oneWay = oneWay && this.adapter == null;
		this.result = mapper.constructType(result(api).getType());
	}

	/**
	 * Returns the types of the arguments. A varargs parameter has the type of its
	 * elements.
	 */
	private List<DeclaredType> parameters(Class<?> api) {
		List<DeclaredType> parameters = new ArrayList<>();
		Type[] declared = this.method.getGenericParameterTypes();
		for (int i = 0; i < declared.length; i++) {
			ResolvableType type = ResolvableType.forType(ConcreteTypes.of(declared[i], api));
			boolean several = this.action.varArgs() && i == declared.length - 1;
			parameters.add(this.mapper.declared((several ? type.getComponentType() : type).getType()));
		}
		return parameters;
	}

	private ResolvableType result(Class<?> api) {
		ResolvableType declared = ResolvableType.forType(ConcreteTypes.of(this.method.getGenericReturnType(), api));
		if (this.adapter == null) {
			return declared;
		}
		ResolvableType value = this.adapter.isNoValue() ? ResolvableType.forClass(Void.class) : declared.getGeneric(0);
		return this.adapter.isMultiValue() ? ResolvableType.forClassWithGenerics(List.class, value) : value;
	}

	/** Returns the name of the action. */
	String action() {
		return this.action.name();
	}

	/**
	 * Returns the adapter that converts a publisher to the return type, {@code null} if
	 * the method blocks until the action ends.
	 */
	@Nullable ReactiveAdapter adapter() {
		return this.adapter;
	}

	/** Returns whether it neither blocks nor has a result. */
	boolean isOneWay() {
		return this.oneWay;
	}

	/** Returns the JSON of arguments, written by their declared types. */
	List<JsonNode> values(@Nullable Object[] args) {
		List<JsonNode> values = new ArrayList<>(args.length);
		for (int i = 0; i < args.length; i++) {
			DeclaredType type = this.parameters.get(i);
			Object elements = (this.action.varArgs() && i == args.length - 1) ? args[i] : null;
			if (elements == null) {
				values.add(type.toTree(args[i]));
				continue;
			}
			for (int j = 0; j < Array.getLength(elements); j++) {
				values.add(type.toTree(Array.get(elements, j)));
			}
		}
		return values;
	}

	/** Converts a value to the result, {@code null} for none. */
	@Nullable Object convert(JsonNode value) {
		if (value.isMissingNode() || value.isNull() || this.result.hasRawClass(Void.class)
				|| this.result.hasRawClass(void.class)) {
			return this.result.hasRawClass(Optional.class) ? Optional.empty() : null;
		}
		return this.mapper.convert(value, this.result);
	}

	/**
	 * Checks the result of a call that has ended.
	 * @throws IllegalStateException if it is missing although the return type requires
	 * one
	 */
	@Nullable Object returned(@Nullable Object value) {
		Class<?> type = this.method.getReturnType();
		if (value == null && type == Optional.class) {
			return Optional.empty();
		}
		if (value == null && type.isPrimitive() && type != void.class) {
			throw new IllegalStateException("%s returned no value, but its return type is %s".formatted(this, type));
		}
		return value;
	}

	@Override
	public String toString() {
		return "%s.%s".formatted(this.method.getDeclaringClass().getSimpleName(), this.method.getName());
	}

}

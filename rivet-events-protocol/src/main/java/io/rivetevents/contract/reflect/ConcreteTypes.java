/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Replaces the type variables of a generic class or interface by the types that a
 * subclass defines: {@code T} in {@code Base<T>} is {@code Item} for a class that extends
 * {@code Base<Item>}.
 *
 * @since 0.1.0
 */
public final class ConcreteTypes {

	/**
	 * Types that the class and its supertypes define for the variables of their
	 * supertypes.
	 */
	private final Map<TypeVariable<?>, Type> arguments = new HashMap<>();

	/**
	 * Variables whose bounds are being resolved; a variable may occur in its own bound.
	 */
	private final Set<TypeVariable<?>> open = new HashSet<>();

	private ConcreteTypes(Class<?> containing) {
		collect(containing);
	}

	/**
	 * Returns a type without type variables. A variable that the class does not define is
	 * replaced by its bound.
	 * @param type type in the signature of a method, such as that of a parameter
	 * @param containing class or interface through which the method was found
	 */
	public static Type of(Type type, Class<?> containing) {
		return hasVariables(type) ? new ConcreteTypes(containing).concrete(type) : type;
	}

	private void collect(Class<?> type) {
		Stream.concat(Stream.ofNullable(type.getGenericSuperclass()), Stream.of(type.getGenericInterfaces()))
			.forEach((extended) -> {
				if (extended instanceof ParameterizedType parameterized) {
					TypeVariable<?>[] variables = raw(parameterized).getTypeParameters();
					for (int i = 0; i < variables.length; i++) {
						this.arguments.put(variables[i], parameterized.getActualTypeArguments()[i]);
					}
				}
				collect(raw(extended));
			});
	}

	private Type concrete(Type type) {
		if (!hasVariables(type)) {
			return type;
		}
		if (type instanceof ParameterizedType parameterized) {
			return new Concrete(raw(parameterized),
					Stream.of(parameterized.getActualTypeArguments()).map(this::concrete).toList());
		}
		if (type instanceof GenericArrayType array) {
			return array(concrete(array.getGenericComponentType()));
		}
		return (type instanceof TypeVariable<?> variable) ? ofVariable(variable) : concrete(bound((WildcardType) type));
	}

	private Type ofVariable(TypeVariable<?> variable) {
		Type argument = this.arguments.get(variable);
		if (argument != null) {
			return concrete(argument);
		}
		Type bound = variable.getBounds()[0];
		if (!this.open.add(variable)) {
			return raw(bound);
		}
		Type concrete = concrete(bound);
		this.open.remove(variable);
		return concrete;
	}

	private static Type bound(WildcardType wildcard) {
		Type[] lower = wildcard.getLowerBounds();
		return (lower.length > 0) ? lower[0] : wildcard.getUpperBounds()[0];
	}

	private static Type array(Type component) {
		return (component instanceof Class<?> type) ? Array.newInstance(type, 0).getClass()
				: new ConcreteArray(component);
	}

	private static Class<?> raw(Type type) {
		if (type instanceof ParameterizedType parameterized) {
			return (Class<?>) parameterized.getRawType();
		}
		return (type instanceof TypeVariable<?> variable) ? raw(variable.getBounds()[0]) : (Class<?>) type;
	}

	private static boolean hasVariables(Type type) {
		if (type instanceof ParameterizedType parameterized) {
			return Stream.of(parameterized.getActualTypeArguments()).anyMatch(ConcreteTypes::hasVariables);
		}
		if (type instanceof GenericArrayType array) {
			return hasVariables(array.getGenericComponentType());
		}
		if (type instanceof WildcardType wildcard) {
			return Stream.concat(Stream.of(wildcard.getUpperBounds()), Stream.of(wildcard.getLowerBounds()))
				.anyMatch(ConcreteTypes::hasVariables);
		}
		return type instanceof TypeVariable;
	}

	/**
	 * A class with type arguments.
	 *
	 * @param raw the class
	 * @param arguments its arguments
	 */
	private record Concrete(Class<?> raw, List<Type> arguments) implements ParameterizedType {

		@Override
		public Type[] getActualTypeArguments() {
			return this.arguments.toArray(Type[]::new);
		}

		@Override
		public Type getRawType() {
			return this.raw;
		}

		@Override
		public @Nullable Type getOwnerType() {
			return this.raw.getDeclaringClass();
		}

		@Override
		public boolean equals(@Nullable Object other) {
			return other instanceof ParameterizedType that && that.getRawType().equals(this.raw)
					&& List.of(that.getActualTypeArguments()).equals(this.arguments);
		}

		/**
		 * Equal to that of the JDK's own implementation, which this type may be equal to.
		 */
		@Override
		public int hashCode() {
			Class<?> owner = this.raw.getDeclaringClass();
			return Arrays.hashCode(getActualTypeArguments()) ^ ((owner != null) ? owner.hashCode() : 0)
					^ this.raw.hashCode();
		}

		@Override
		public String toString() {
			return this.arguments.stream()
				.map(Type::getTypeName)
				.collect(Collectors.joining(", ", this.raw.getTypeName() + "<", ">"));
		}

	}

	/**
	 * An array of a class with type arguments.
	 *
	 * @param component type of its elements
	 */
	private record ConcreteArray(Type component) implements GenericArrayType {

		@Override
		public Type getGenericComponentType() {
			return this.component;
		}

		@Override
		public String toString() {
			return this.component.getTypeName() + "[]";
		}

	}

}

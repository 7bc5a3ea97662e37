package io.rivetevents.contract;

import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.stream.Stream;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;

/**
 * Replaces the type variables of a generic class or interface by what the class that
 * extends it makes of them: {@code T} in {@code Base<T>} is {@code Item} for a class that
 * extends {@code Base<Item>}.
 */
public final class ConcreteTypes {

	private ConcreteTypes() {
	}

	/**
	 * Returns the type of a parameter, or of what a method returns.
	 * @param parameter its containing class is the one that decides
	 */
	public static Type of(MethodParameter parameter) {
		return of(ResolvableType.forMethodParameter(parameter));
	}

	/**
	 * Returns a type without type variables. One that the class leaves open is its bound.
	 * @param type a type that can tell what its variables stand for
	 */
	public static Type of(ResolvableType type) {
		if (!hasVariables(type.getType())) {
			return type.getType();
		}
		if (type.isArray()) {
			return ResolvableType.forArrayComponent(ResolvableType.forType(of(type.getComponentType()))).getType();
		}
		Class<?> raw = type.resolve(Object.class);
		ResolvableType[] generics = Stream.of(type.getGenerics())
			.map((generic) -> ResolvableType.forType(of(generic)))
			.toArray(ResolvableType[]::new);
		return (generics.length > 0) ? ResolvableType.forClassWithGenerics(raw, generics).getType() : raw;
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

}

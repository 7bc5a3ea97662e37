/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;

import io.rivetevents.actor.ActorContext;
import io.rivetevents.annotation.DefaultValue;
import io.rivetevents.contract.reflect.ConcreteTypes;
import io.rivetevents.conversion.Misfit;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.InvalidArgumentException;
import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActionArgumentResolver;
import io.rivetevents.extension.Invocation;
import io.rivetevents.invocation.validation.Violations;

/**
 * The sources of the arguments of one method: a resolver for each parameter that one
 * supports, the client's arguments for the others.
 */
final class Arguments {

	private static final Set<Class<?>> PLAIN = Set.of(String.class, Integer.class, Long.class, Double.class,
			Boolean.class, JsonNode.class);

	private final List<Argument> arguments;

	/** Position of each parameter among the client's arguments, -1 for none. */
	private final int[] positions;

	private final int clientArguments;

	private final List<MethodParameter> rest = new ArrayList<>(0);

	private final boolean takesRest;

	private final boolean plain;

	/** Returns the argument for one parameter. */
	private interface Argument {

		@Nullable Object resolve(Invocation invocation);

	}

	/**
	 * The source of the parameters that no resolver supports.
	 */
	enum Rest {

		/** The client's arguments, in order. */
		CLIENT,

		/** The payload of the hook, in order. */
		PAYLOAD,

		/** None: such a parameter is an error. */
		NONE

	}

	/**
	 * Resolves the sources of the arguments.
	 * @param parameters parameters of the method
	 * @param chain resolvers, in the order in which they are consulted
	 * @param rest source of the other parameters
	 * @param mapper converts the client's arguments
	 * @throws InvalidActorException if a parameter has no source, looks as if the server
	 * supplied it, or has an invalid default
	 */
	Arguments(MethodParameter[] parameters, List<ActionArgumentResolver> chain, Rest rest, ValueMapper mapper) {
		this.arguments = new ArrayList<>(parameters.length);
		this.positions = new int[parameters.length];
		Arrays.fill(this.positions, -1);
		int position = 0;
		boolean varArgs = false;
		boolean plain = rest == Rest.CLIENT;
		for (MethodParameter parameter : parameters) {
			ActionArgumentResolver resolver = chain.stream()
				.filter((candidate) -> candidate.supportsParameter(parameter))
				.findFirst()
				.orElse(null);
			if (resolver != null || rest != Rest.CLIENT || parameter.getParameter().isVarArgs()) {
				DefaultArgument.refuse(parameter);
			}
			if (resolver != null) {
				this.arguments.add((invocation) -> resolver.resolveArgument(parameter, invocation));
				plain &= parameter.getParameterType() == ActorContext.class;
				continue;
			}
			ForeignParameters.refuse(parameter);
			varArgs = parameter.getParameter().isVarArgs();
			plain &= isPlain(parameter);
			this.positions[this.arguments.size()] = position;
			this.rest.add(parameter);
			this.arguments.add(fromRest(parameter, position++, rest, mapper));
		}
		checkDefaults();
		this.clientArguments = position;
		this.takesRest = varArgs || rest != Rest.CLIENT;
		this.plain = plain;
	}

	/** Checks that each default can be used by a call. */
	private void checkDefaults() {
		MethodParameter defaulted = null;
		for (MethodParameter parameter : this.rest) {
			if (DefaultArgument.isOn(parameter)) {
				defaulted = parameter;
			}
			else if (defaulted != null && !Conversion.takesNull(parameter) && !parameter.getParameter().isVarArgs()) {
				throw new InvalidActorException(defaulted,
						"its @DefaultValue has no effect, because the later parameter %d (%s) is required"
							.formatted(parameter.getParameterIndex(), parameter.getParameter().getName()),
						"Remove @DefaultValue, or add it or @Nullable to the later parameter as well");
			}
		}
	}

	private static boolean isPlain(MethodParameter parameter) {
		return Stream.of(parameter.getParameterAnnotations())
			.allMatch((annotation) -> annotation.annotationType() == DefaultValue.class)
				&& (parameter.getParameterType().isPrimitive() || PLAIN.contains(parameter.getParameterType()));
	}

	/**
	 * Returns whether they are created without application code: no converter, no
	 * constraint, no resolver.
	 */
	boolean arePlain() {
		return this.plain;
	}

	private static Argument fromRest(MethodParameter parameter, int position, Rest rest, ValueMapper mapper) {
		return switch (rest) {
			case CLIENT -> parameter.getParameter().isVarArgs() ? new RestArgument(parameter, position, mapper)
					: clientArgument(parameter, position, mapper);
			case PAYLOAD -> (invocation) -> invocation.payload()[position];
			case NONE -> throw new InvalidActorException(parameter, "no resolver supports it",
					"Remove the parameter, or declare an ActionArgumentResolver bean that supports it");
		};
	}

	private static Argument clientArgument(MethodParameter parameter, int position, ValueMapper mapper) {
		Conversion conversion = new Conversion(parameter, mapper);
		return new ClientArgument(conversion, position, DefaultArgument.of(parameter, conversion::convert));
	}

	/**
	 * Returns the parameters that no resolver supports.
	 */
	List<MethodParameter> rest() {
		return this.rest;
	}

	/**
	 * Returns how many parameters no resolver supports.
	 */
	int restSize() {
		return this.clientArguments;
	}

	/**
	 * Resolves the arguments for a call.
	 */
	@Nullable Object[] resolve(Invocation invocation) {
		int given = invocation.args().size();
		if (given > this.clientArguments && !this.takesRest) {
			throw Violations.of("arguments", "are too many: %d given, %d taken".formatted(given, this.clientArguments))
				.toException(this.clientArguments, invocation.args().get(this.clientArguments));
		}
		@Nullable Object[] values = new @Nullable Object[this.arguments.size()];
		for (int i = 0; i < values.length; i++) {
			values[i] = this.arguments.get(i).resolve(invocation);
		}
		return values;
	}

	/**
	 * Returns the exception with the index of the client's argument.
	 * @param ex its index is that of the parameter
	 */
	InvalidArgumentException locate(InvalidArgumentException ex, Invocation invocation) {
		int position = (ex.index() >= 0) ? this.positions[ex.index()] : -1;
		return at(position, ex, invocation);
	}

	private static InvalidArgumentException at(int position, RivetException ex, Invocation invocation) {
		boolean given = position >= 0 && position < invocation.args().size();
		Object metadata = (ex.metadata() != null) ? ex.metadata() : Map.of();
		return new InvalidArgumentException(ex.text(), metadata, position,
				given ? invocation.args().get(position) : null);
	}

	/**
	 * An argument that the client sends.
	 *
	 * @param absent replaces an argument that the client omits, {@code null} for none
	 */
	private record ClientArgument(Conversion conversion, int position, @Nullable JsonNode absent) implements Argument {

		@Override
		public @Nullable Object resolve(Invocation invocation) {
			boolean given = this.position < invocation.args().size();
			try {
				return this.conversion.convert(given ? invocation.args().get(this.position) : byDefault());
			}
			catch (RivetException ex) {
				throw at(this.position, ex, invocation);
			}
		}

		/** Returns a copy of the default, since a method may change its parameter. */
		private @Nullable JsonNode byDefault() {
			return (this.absent != null) ? this.absent.deepCopy() : null;
		}

	}

	private record RestArgument(MethodParameter parameter, int position, ValueMapper mapper) implements Argument {

		@Override
		public Object resolve(Invocation invocation) {
			Class<?> component = this.parameter.getParameterType().getComponentType();
			JavaType type = type(this.parameter, this.mapper).getContentType();
			String name = this.parameter.getParameter().getName();
			int count = Math.max(invocation.args().size() - this.position, 0);
			Object values = Array.newInstance(component, count);
			for (int i = 0; i < count; i++) {
				JsonNode node = invocation.args().get(this.position + i);
				Array.set(values, i, read(node, type, "%s[%d]".formatted(name, i), this.position + i, invocation));
			}
			return values;
		}

		private @Nullable Object read(JsonNode node, JavaType type, String name, int position, Invocation invocation) {
			try {
				return Conversion.read(node, type, name, this.mapper);
			}
			catch (RivetException ex) {
				throw at(position, ex, invocation);
			}
		}

	}

	private static JavaType type(MethodParameter parameter, ValueMapper mapper) {
		return mapper
			.constructType(ConcreteTypes.of(parameter.getGenericParameterType(), parameter.getContainingClass()));
	}

	/**
	 * Converts a value sent by a client to the type of a parameter.
	 */
	static final class Conversion {

		private final String name;

		private final JavaType type;

		private final boolean optional;

		private final boolean nullable;

		private final ValueMapper mapper;

		Conversion(MethodParameter parameter, ValueMapper mapper) {
			this.name = parameter.getParameter().getName();
			this.optional = parameter.getParameterType() == Optional.class;
			this.nullable = takesNull(parameter);
			this.type = type(parameter, mapper);
			this.mapper = mapper;
		}

		static boolean takesNull(MethodParameter parameter) {
			return parameter.isOptional() || JsonNode.class.isAssignableFrom(parameter.getParameterType());
		}

		@Nullable Object convert(@Nullable JsonNode node) {
			boolean absent = node == null || node.isNull() || node.isMissingNode();
			if (absent && !this.nullable) {
				throw Violations.of(this.name, (node == null) ? "is missing" : "must not be null").toException();
			}
			if (node == null || (absent && this.optional)) {
				return this.optional ? Optional.empty() : null;
			}
			Object value = read(node, this.type, this.name, this.mapper);
			if (value == null && !this.nullable) {
				// many types are read as null from an empty text
				throw unreadable(this.name, node);
			}
			return value;
		}

		private static @Nullable Object read(JsonNode node, JavaType type, String name, ValueMapper mapper) {
			try {
				return mapper.fromTree(node, type);
			}
			catch (JacksonException ex) {
				Misfit misfit = mapper.misfit(node, ex);
				throw Violations.of(name + misfit.path(), misfit.message()).toException();
			}
		}

		private static RivetException unreadable(String path, JsonNode node) {
			String given = node.getNodeType().name().toLowerCase(Locale.ROOT);
			return Violations.of(path, "cannot be read from the %s given".formatted(given)).toException();
		}

	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.security;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DefaultTyping;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.exc.InvalidTypeIdException;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator.Validity;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.impl.ClassNameIdResolver;
import tools.jackson.databind.jsontype.impl.DefaultTypeResolverBuilder;

/**
 * Handles class names in the JSON of a principal. Spring Security checks its allow-list
 * when it reads; here it is also checked when a principal is written, so that the node of
 * the handshake reports the missing class. Collections whose classes are not on the list,
 * such as those in the claims of a token, are written as those of the JDK.
 */
final class PrincipalTypes extends DefaultTypeResolverBuilder {

	private static final long serialVersionUID = 1;

	/** Values of claims. */
	static final List<Class<?>> VALUES = List.of(Long.class, Float.class, Short.class, Byte.class, Character.class,
			BigInteger.class, BigDecimal.class, UUID.class, URI.class);

	/**
	 * Type of issuers; by name, since code here must not use it: it would look up hosts.
	 */
	static final String URL = "java.net.URL";

	private final PolymorphicTypeValidator allowed;

	/**
	 * Creates the names.
	 * @param allowed the allow-list
	 */
	PrincipalTypes(PolymorphicTypeValidator allowed) {
		super(allowed, DefaultTyping.NON_FINAL, JsonTypeInfo.As.PROPERTY);
		this.allowed = allowed;
	}

	/** Returns an allow-list with types of the JDK that are used in claims of tokens. */
	static BasicPolymorphicTypeValidator.Builder values() {
		BasicPolymorphicTypeValidator.Builder types = BasicPolymorphicTypeValidator.builder()
			.allowIfSubType("java.time.")
			.allowIfSubType(Pattern.compile(Pattern.quote(URL)));
		VALUES.forEach(types::allowIfSubType);
		return types;
	}

	@Override
	protected TypeIdResolver idResolver(DatabindContext context, JavaType baseType, PolymorphicTypeValidator validator,
			Collection<NamedType> subtypes, boolean writing, boolean reading) {
		return writing ? new Checked(baseType, this.allowed)
				: super.idResolver(context, baseType, validator, subtypes, writing, reading);
	}

	/** Writes only names of classes that are on the list. */
	private static final class Checked extends ClassNameIdResolver {

		private static final long serialVersionUID = 1;

		private final JavaType baseType;

		Checked(JavaType baseType, PolymorphicTypeValidator allowed) {
			super(baseType, List.of(), allowed);
			this.baseType = baseType;
		}

		@Override
		public String idFromValue(DatabindContext context, Object value) {
			Class<?> type = value.getClass();
			if (isAllowed(context, type)) {
				return super.idFromValue(context, value);
			}
			Class<?> collection = collection(value);
			if (collection == null) {
				throw InvalidTypeIdException.from(null, "The class is not on the allow-list", this.baseType,
						type.getName());
			}
			return collection.getName();
		}

		private boolean isAllowed(DatabindContext context, Class<?> type) {
			return this._subTypeValidator.validateSubClassName(context, this.baseType,
					type.getName()) == Validity.ALLOWED
					|| this._subTypeValidator.validateSubType(context, this.baseType,
							context.constructType(type)) == Validity.ALLOWED;
		}

		private static @Nullable Class<?> collection(Object value) {
			if (value instanceof Map) {
				return LinkedHashMap.class;
			}
			if (value instanceof Set) {
				return LinkedHashSet.class;
			}
			return (value instanceof Collection) ? ArrayList.class : null;
		}

	}

}

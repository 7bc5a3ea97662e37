/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.contract.reflect;

import java.lang.reflect.Method;
import java.util.List;

import io.rivetevents.contract.Volatile;
import io.rivetevents.conversion.DeclaredType;

/**
 * A method that declares an event.
 *
 * @param name name of the event, with its namespaces
 * @param method the method
 * @param droppable whether the method or an interface of its scopes is {@code @Volatile}
 * @param scopes the interfaces through which it was found, from the innermost to the
 * contract; their annotations apply to the event
 * @param arguments types of its arguments, in order
 * @since 0.1.0
 */
public record EventMethod(String name, Method method, boolean droppable, List<Class<?>> scopes,
		List<DeclaredType> arguments) {

	public EventMethod {
		scopes = List.copyOf(scopes);
		arguments = List.copyOf(arguments);
	}

}

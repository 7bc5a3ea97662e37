/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Type;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;

import io.rivetevents.contract.reflect.EventMethod;

/**
 * The part of an actor that clients use.
 *
 * @param name name of the actor
 * @param params connection params, {@code null} if it takes none
 * @param actions its actions, sorted by name
 * @param events events declared by its contracts, sorted by name
 */
public record ActorContract(String name, @Nullable MethodParameter params, List<ActionContract> actions,
		List<EventMethod> events) {

	public ActorContract {
		actions = List.copyOf(actions);
		events = List.copyOf(events);
	}

	/**
	 * An action.
	 *
	 * @param name its name
	 * @param parameters parameters that a client sends
	 * @param result type of the result, {@code null} for none
	 * @param nullable whether the result may be null
	 */
	public record ActionContract(String name, List<MethodParameter> parameters, @Nullable Type result,
			boolean nullable) {

		/**
		 * Returns whether a client may omit an argument together with all later ones.
		 * @param parameter a parameter that a client sends
		 * @since 0.1.0
		 */
		public static boolean isOptional(MethodParameter parameter) {
			return parameter.isOptional() || DefaultArgument.isOn(parameter);
		}

	}

}

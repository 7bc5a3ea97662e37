/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.inspector;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import io.rivetevents.invocation.ActorContract;
import io.rivetevents.invocation.ActorContract.ActionContract;

/**
 * The actions that clients may call, with the parameters that they send.
 */
final class CallableActions {

	/** The package and the enclosing classes of a class. */
	private static final Pattern QUALIFIER = Pattern.compile("(?:\\w+[.$])+");

	private final Supplier<List<ActorContract>> contracts;

	CallableActions(Supplier<List<ActorContract>> contracts) {
		this.contracts = contracts;
	}

	/**
	 * Returns the actions of an actor as JSON text: an array of objects with {@code name}
	 * and {@code parameters}, each of which has {@code name}, {@code type} and, if a call
	 * may omit it, {@code optional}.
	 */
	String of(String actor) {
		ArrayNode actions = JsonNodeFactory.instance.arrayNode();
		this.contracts.get()
			.stream()
			.filter((contract) -> contract.name().equals(actor))
			.flatMap((contract) -> contract.actions().stream())
			.forEach((action) -> describe(action, actions.addObject()));
		return actions.toString();
	}

	private static void describe(ActionContract action, ObjectNode description) {
		ArrayNode parameters = description.put("name", action.name()).putArray("parameters");
		for (MethodParameter parameter : action.parameters()) {
			ObjectNode node = parameters.addObject();
			node.put("name", parameter.getParameter().getName());
			node.put("type", QUALIFIER.matcher(ResolvableType.forMethodParameter(parameter).toString()).replaceAll(""));
			if (ActionContract.isOptional(parameter) || parameter.getParameter().isVarArgs()) {
				node.put("optional", true);
			}
		}
	}

}

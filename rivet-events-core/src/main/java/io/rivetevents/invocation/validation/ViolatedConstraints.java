/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation.validation;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;

import io.rivetevents.error.InvalidArgumentException;

/**
 * Converts what a provider of Bean Validation has found.
 */
final class ViolatedConstraints {

	private ViolatedConstraints() {
	}

	static InvalidArgumentException toException(Set<ConstraintViolation<Object>> found) {
		Violations violations = new Violations();
		found.forEach((violation) -> violations.add(() -> path(violation.getPropertyPath()), violation.getMessage()));
		return violations.toException(parameter(found.iterator().next().getPropertyPath()), null);
	}

	private static int parameter(Path path) {
		return StreamSupport.stream(path.spliterator(), false)
			.filter((node) -> node.getKind() == ElementKind.PARAMETER)
			.mapToInt((node) -> node.as(Path.ParameterNode.class).getParameterIndex())
			.findFirst()
			.orElse(-1);
	}

	/** Leaves out the first node, the method, which is an internal of the server. */
	private static String path(Path path) {
		return StreamSupport.stream(path.spliterator(), false)
			.filter((node) -> node.getKind() != ElementKind.METHOD)
			.map(Path.Node::toString)
			.collect(Collectors.joining("."));
	}

}

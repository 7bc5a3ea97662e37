/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.invocation;

import java.lang.reflect.Method;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;

import io.rivetevents.annotation.RivetError;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.error.RivetException;

/**
 * Translates exceptions with the annotation {@link RivetError}.
 */
final class AnnotatedErrors {

	private static final Pattern NAME = Pattern.compile("[\\w.-]{1,64}");

	private static final int LEAST_STATUS = 400;

	private static final int MOST_STATUS = 599;

	/** Browsers repeat a request after this status. */
	private static final int REQUEST_TIMEOUT = 408;

	private AnnotatedErrors() {
	}

	/**
	 * Translates a failure.
	 * @return the error for the client, {@code null} if its class has no annotation
	 * @throws IllegalStateException if the annotation is invalid
	 */
	static @Nullable RivetException translate(Throwable failure) {
		RivetError error = of(failure.getClass());
		if (error == null) {
			return null;
		}
		String problem = problem(failure.getClass(), error);
		if (problem != null) {
			throw new IllegalStateException("%s: %s".formatted(failure.getClass().getName(), problem));
		}

		return new RivetException(error.group(), error.code(), error.status(), text(error, failure), null);
	}

	/**
	 * Checks the exceptions that a method declares.
	 * @throws InvalidActorException if the annotation of one of them is invalid
	 */
	static void check(Method method) {
		Stream.of(method.getExceptionTypes()).forEach((type) -> {
			RivetError error = of(type);
			String problem = (error != null) ? problem(type, error) : null;
			if (problem != null) {
				throw new InvalidActorException(method, "its exception %s: %s".formatted(type.getName(), problem),
						"Change or remove @RivetError on " + type.getName());
			}
		});
	}

	private static @Nullable RivetError of(Class<?> type) {
		return AnnotatedElementUtils.findMergedAnnotation(type, RivetError.class);
	}

	private static @Nullable String problem(Class<?> type, RivetError error) {
		if (RivetException.class.isAssignableFrom(type)) {
			return "@RivetError has no effect on a RivetException; remove it";
		}
		if (!NAME.matcher(error.group()).matches() || !NAME.matcher(error.code()).matches()) {
			return "group \"%s\" and code \"%s\" of @RivetError must have 1 to 64 letters, digits, dots, underscores"
				.formatted(error.group(), error.code()) + " or hyphens";
		}
		boolean usable = error.status() >= LEAST_STATUS && error.status() <= MOST_STATUS
				&& error.status() != REQUEST_TIMEOUT;
		return usable ? null : "the status %d of @RivetError must be from 400 to 599, but not 408, after which browsers"
			.formatted(error.status()) + " repeat the request";
	}

	private static String text(RivetError error, Throwable failure) {
		String own = error.exposeMessage() ? failure.getMessage() : null;
		if (own != null) {
			return own;
		}
		return error.message().isEmpty() ? ErrorCode.USER_ERROR.message() : error.message();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.cluster.call;

import java.util.function.Supplier;

import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.rivetevents.cluster.frame.Result;
import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.error.UserError;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;

/**
 * Converts errors of operations to results for other nodes, and back. A
 * {@code RivetException} arrives with the same group, code, status and message, and with
 * its metadata as JSON; a {@code UserError} stays one. An
 * {@code IllegalArgumentException} arrives as one. Any other exception is logged on the
 * node where it was thrown, and arrives as {@code rivetkit.internal_error}.
 */
public final class Rejections {

	private static final RepeatedFailures failures = new RepeatedFailures(LogFactory.getLog(Rejections.class));

	/** Group of errors of the server's own code, which clients do not receive. */
	private static final String JAVA = "java.lang";

	private static final String ILLEGAL_ARGUMENT = "IllegalArgumentException";

	private final ValueMapper mapper;

	/**
	 * Creates a converter.
	 * @param mapper writes the metadata of errors
	 */
	public Rejections(ValueMapper mapper) {
		this.mapper = mapper;
	}

	/**
	 * Returns the result for the node of the caller.
	 * @param ex the error of an operation
	 * @param operation describes the operation for the log
	 */
	public Result.Failure toResult(Throwable ex, Supplier<String> operation) {
		if (ex instanceof RivetException known) {
			return new Result.Failure(known.group(), known.code(), known.status(), known.text(),
					metadata(known, operation));
		}
		if (ex instanceof IllegalArgumentException illegal) {
			return new Result.Failure(JAVA, ILLEGAL_ARGUMENT, 400, String.valueOf(illegal.getMessage()), null);
		}
		failures.error(ex, () -> "%s failed; its caller on another node receives rivetkit.internal_error"
			.formatted(operation.get()));
		ErrorCode code = ErrorCode.INTERNAL_ERROR;
		return new Result.Failure(code.group(), code.code(), code.status(), code.message(), null);
	}

	private @Nullable JsonNode metadata(RivetException ex, Supplier<String> operation) {
		try {
			return (ex.metadata() != null) ? this.mapper.toTree(ex.metadata()) : null;
		}
		catch (RuntimeException unwritable) {
			failures.error(unwritable, () -> "The metadata of an error of %s is not sent: it cannot be written as JSON"
				.formatted(operation.get()));
			return null;
		}
	}

	/** Returns the error for the caller. */
	public static RuntimeException toException(Result.Failure failure) {
		if (failure.group().equals(JAVA)) {
			return new IllegalArgumentException(failure.message());
		}
		if (failure.group().equals(ErrorCode.USER_ERROR.group()) && failure.status() == ErrorCode.USER_ERROR.status()) {
			return new UserError(failure.code(), failure.message(), failure.metadata());
		}
		return new RivetException(failure.group(), failure.code(), failure.status(), failure.message(),
				failure.metadata());
	}

}

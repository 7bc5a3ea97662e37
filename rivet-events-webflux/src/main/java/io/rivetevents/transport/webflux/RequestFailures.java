/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.io.IOException;
import java.time.DateTimeException;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.ErrorResponse;
import reactor.netty.channel.AbortedException;

import io.rivetevents.error.RivetException;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;

/**
 * Distinguishes unreadable requests from errors of the server. Code that parses a header,
 * a path or a body throws many types of exceptions, here and in the frameworks.
 * Applications and stores throw the same types. The type therefore counts only while
 * {@linkplain #reading a request is read}: there it is an error of the client, answered
 * with 400 and logged at debug level. Everywhere else it is an error of the server,
 * unless the connection of the client is closed.
 */
public final class RequestFailures {

	private static final Log logger = LogFactory.getLog(RequestFailures.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private RequestFailures() {
	}

	/**
	 * Reads from a request. The given work must not call the application.
	 * @param work reads
	 * @return the result of the work
	 * @throws RivetException {@code request.invalid} or {@code message.incoming_too_long}
	 * if the request cannot be read
	 */
	public static <T extends @Nullable Object> T reading(Supplier<T> work) {
		try {
			return work.get();
		}
		catch (RuntimeException | StackOverflowError ex) {
			if (isUnreadable(ex)) {
				throw unreadable(ex);
			}
			throw ex;
		}
	}

	/**
	 * Translates a failure of the body of a request.
	 * @param ex the failure
	 * @return the answer to the client if its bytes are invalid, the failure itself
	 * otherwise
	 */
	static Throwable ofBody(Throwable ex) {
		return isUnreadable(ex) ? unreadable(ex) : ex;
	}

	private static RivetException unreadable(Throwable ex) {
		logger.debug("A request could not be read", ex);
		return new RivetException(
				(ex instanceof DataBufferLimitException) ? ErrorCode.INCOMING_TOO_LONG : ErrorCode.REQUEST_INVALID);
	}

	/**
	 * Returns the error that the client receives for a failure, and logs the failure: at
	 * debug level if the client has caused it, as an error otherwise.
	 * @param request the request that failed
	 * @param ex the failure
	 */
	public static RivetException translate(ServerHttpRequest request, Throwable ex) {
		RivetException known = ofClient(request, ex);
		if (known != null) {
			return known;
		}
		failures.error(ex, () -> "%s %s failed".formatted(request.getMethod(), SafeText.of(request.getPath())));
		return new RivetException(ErrorCode.INTERNAL_ERROR);
	}

	/**
	 * Returns the error that the client receives for a failure that it has caused, which
	 * is a {@link RivetException} or the end of its connection.
	 * @param request the request that failed
	 * @param ex the failure
	 * @return {@code null} if the client has not caused it
	 */
	public static @Nullable RivetException ofClient(ServerHttpRequest request, Throwable ex) {
		if (ex instanceof RivetException known) {
			return known;
		}
		if (!hasLeft(request, ex)) {
			return null;
		}
		logger.debug(
				"The client of %s %s has disconnected".formatted(request.getMethod(), SafeText.of(request.getPath())),
				ex);
		return new RivetException(ErrorCode.REQUEST_INVALID);
	}

	/**
	 * Answers 400 if the handler throws because of invalid input of the client. WebFlux
	 * parses some headers before any filter or exception handler is called: {@code
	 * MimeTypeUtils} of Spring 7.0.8 throws {@link StringIndexOutOfBoundsException} for
	 * the type {@code "/x*}. Reactor Netty would reset the connection and log an error.
	 * @param handler handler of all requests
	 */
	public static HttpHandler answering(HttpHandler handler) {
		return (request, response) -> {
			try {
				return handler.handle(request, response);
			}
			catch (RuntimeException ex) {
				boolean ofClient = isUnreadable(ex) || ofClient(request, ex) != null;
				if (!ofClient || !response.setStatusCode(HttpStatus.BAD_REQUEST)) {
					throw ex;
				}
				logger.debug("The head of a request could not be read", ex);
				return response.setComplete();
			}
		};
	}

	/**
	 * Recognizes the exception of WebFlux when it requests the event loop of a closed
	 * channel.
	 */
	private static boolean isClosedChannel(Throwable ex) {
		String message = ex.getMessage();
		return ex instanceof IllegalStateException && message != null && message.startsWith("channel not registered");
	}

	/**
	 * The state of the connection decides, because a store or a server that the
	 * application calls throws the same exceptions.
	 */
	private static boolean hasLeft(ServerHttpRequest request, Throwable ex) {
		boolean left = ex instanceof AbortedException || ex instanceof IOException || isClosedChannel(ex);
		return left && !LinkIo.awaitsAnswer(request);
	}

	private static boolean isUnreadable(Throwable ex) {
		return ex instanceof IllegalArgumentException || ex instanceof DateTimeException
				|| ex instanceof ArithmeticException || ex instanceof IndexOutOfBoundsException
				|| ex instanceof DecodingException || ex instanceof DataBufferLimitException
				|| ex instanceof StackOverflowError
				|| (ex instanceof ErrorResponse answer && answer.getStatusCode().is4xxClientError());
	}

}

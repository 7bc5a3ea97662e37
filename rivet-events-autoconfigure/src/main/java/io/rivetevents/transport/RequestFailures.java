package io.rivetevents.transport;

import java.io.IOException;
import java.time.DateTimeException;

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

import io.rivetevents.connection.RepeatedFailures;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.protocol.SafeText;

/**
 * Tells requests that cannot be read from failures of the server. What parses a header, a
 * path or a body throws many kinds of exceptions, here and in the frameworks; each of
 * them is the client's mistake, answered with 400 and logged at debug.
 */
public final class RequestFailures {

	private static final Log logger = LogFactory.getLog(RequestFailures.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private RequestFailures() {
	}

	/**
	 * Return what a client is told of a failure, and log it: at debug what it has caused
	 * itself, else as an error.
	 * @param request the request that failed
	 * @param ex why
	 */
	static RivetException translate(ServerHttpRequest request, Throwable ex) {
		RivetException known = ofClient(request, ex);
		if (known != null) {
			return known;
		}
		failures.error(ex, () -> "%s %s failed".formatted(request.getMethod(), SafeText.of(request.getPath())));
		return new RivetException(ErrorCode.INTERNAL_ERROR);
	}

	/**
	 * Return what a client is told of a failure that it has caused, {@code null} if it
	 * has not.
	 * @param request the request that failed
	 * @param ex why
	 */
	public static @Nullable RivetException ofClient(ServerHttpRequest request, Throwable ex) {
		if (ex instanceof RivetException known) {
			return known;
		}
		if (!isOfClient(ex)) {
			return null;
		}
		logger.debug("%s %s cannot be read".formatted(request.getMethod(), SafeText.of(request.getPath())), ex);
		return new RivetException(
				(ex instanceof DataBufferLimitException) ? ErrorCode.INCOMING_TOO_LONG : ErrorCode.REQUEST_INVALID);
	}

	/**
	 * Answer 400 where a handler throws because of what the client sent. The web stack
	 * reads some headers before any filter or exception handler stands ready:
	 * {@code MimeTypeUtils} of Spring 7.0.8 throws
	 * {@link StringIndexOutOfBoundsException} for the type {@code "/x*}, and Reactor
	 * Netty would reset the connection and log an error.
	 * @param handler of all requests
	 */
	public static HttpHandler answering(HttpHandler handler) {
		return (request, response) -> {
			try {
				return handler.handle(request, response);
			}
			catch (RuntimeException ex) {
				if (ofClient(request, ex) == null || !response.setStatusCode(HttpStatus.BAD_REQUEST)) {
					throw ex;
				}
				return response.setComplete();
			}
		};
	}

	/** A channel forgets its event loop when it is closed, and the web stack asks it. */
	private static boolean isClosedChannel(Throwable ex) {
		String message = ex.getMessage();
		return ex instanceof IllegalStateException && message != null && message.startsWith("channel not registered");
	}

	private static boolean isOfClient(Throwable ex) {
		boolean unreadable = ex instanceof IllegalArgumentException || ex instanceof DateTimeException
				|| ex instanceof ArithmeticException || ex instanceof IndexOutOfBoundsException
				|| ex instanceof DecodingException || ex instanceof DataBufferLimitException
				|| ex instanceof StackOverflowError;
		boolean left = ex instanceof AbortedException || ex instanceof IOException || isClosedChannel(ex);
		return unreadable || left || (ex instanceof ErrorResponse answer && answer.getStatusCode().is4xxClientError());
	}

}

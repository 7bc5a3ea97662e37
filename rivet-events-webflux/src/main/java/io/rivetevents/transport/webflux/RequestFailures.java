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
 * Tells requests that cannot be read from failures of the server. What parses a header, a
 * path or a body throws many kinds of exceptions, here and in the frameworks. The same
 * kinds are thrown by an application that looks for a user or by a store. The type
 * therefore counts only where something {@linkplain #reading reads a request}: there it
 * is the client's mistake, answered with 400 and logged at debug. Everywhere else it is
 * the server's failure, unless the connection of the client is closed.
 */
public final class RequestFailures {

	private static final Log logger = LogFactory.getLog(RequestFailures.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private RequestFailures() {
	}

	/**
	 * Reads from a request. Nothing of the application is to be called meanwhile.
	 * @param work reads
	 * @return what it returns
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
	 * @param ex why it has no more parts
	 * @return the answer to the client if its bytes are wrong, else the failure itself
	 */
	static Throwable ofBody(Throwable ex) {
		return isUnreadable(ex) ? unreadable(ex) : ex;
	}

	private static RivetException unreadable(Throwable ex) {
		logger.debug("A request cannot be read", ex);
		return new RivetException(
				(ex instanceof DataBufferLimitException) ? ErrorCode.INCOMING_TOO_LONG : ErrorCode.REQUEST_INVALID);
	}

	/**
	 * Return what a client is told of a failure, and log it: at debug what it has caused
	 * itself, else as an error.
	 * @param request the request that failed
	 * @param ex why
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
	 * Return what a client is told of a failure that it has caused, {@code null} if it
	 * has not: a {@link RivetException}, or the end of its connection.
	 * @param request the request that failed
	 * @param ex why
	 */
	public static @Nullable RivetException ofClient(ServerHttpRequest request, Throwable ex) {
		if (ex instanceof RivetException known) {
			return known;
		}
		if (!hasLeft(request, ex)) {
			return null;
		}
		logger.debug("The client of %s %s has left".formatted(request.getMethod(), SafeText.of(request.getPath())), ex);
		return new RivetException(ErrorCode.REQUEST_INVALID);
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
				boolean ofClient = isUnreadable(ex) || ofClient(request, ex) != null;
				if (!ofClient || !response.setStatusCode(HttpStatus.BAD_REQUEST)) {
					throw ex;
				}
				logger.debug("The head of a request cannot be read", ex);
				return response.setComplete();
			}
		};
	}

	/** A channel forgets its event loop when it is closed, and the web stack asks it. */
	private static boolean isClosedChannel(Throwable ex) {
		String message = ex.getMessage();
		return ex instanceof IllegalStateException && message != null && message.startsWith("channel not registered");
	}

	/** A store or a server that the application asks throws the same exceptions. */
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

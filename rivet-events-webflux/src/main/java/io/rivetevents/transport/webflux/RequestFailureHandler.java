/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.protocol.encoding.Encoding;

/**
 * Answers requests of the client protocol that fail with an error of the server or
 * outside of a transport, for example in the filter for origins or before the handler. An
 * exception from a filter is an error of the server, regardless of its type, unless it is
 * an {@link ErrorResponse}.
 */
public final class RequestFailureHandler implements WebExceptionHandler, Ordered {

	/** Before the handler of Spring Boot, which is at -1 and answers 500. */
	private static final int BEFORE_BOOT = -2;

	private final BasePath basePath;

	private final ValueMapper mapper;

	/**
	 * Creates the handler.
	 * @param basePath prefix of the routes
	 * @param mapper converts values
	 */
	public RequestFailureHandler(BasePath basePath, ValueMapper mapper) {
		this.basePath = basePath;
		this.mapper = mapper;
	}

	@Override
	public int getOrder() {
		return BEFORE_BOOT;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable ex) {
		boolean ours = this.basePath.within(exchange.getRequest()) != null && !exchange.getResponse().isCommitted()
				&& !(ex instanceof ErrorResponse); // already has a status
		return ours ? HttpAnswer.writeError(exchange.getResponse(),
				RequestFailures.translate(exchange.getRequest(), ex), Encoding.JSON, this.mapper)
				: Mono.error(withStatus(exchange, ex));
	}

	/**
	 * Returns whether the connection or stream of the request has ended. An application
	 * can get the same exception as a client of another server. Spring logs a request
	 * that ends within its body as an error of the server.
	 */
	private static boolean hasLeft(ServerWebExchange exchange) {
		return LinkIo.netty(exchange.getResponse()) instanceof Connection connection
				&& !connection.channel().isActive();
	}

	/** Sets a status for routes of the application that no controller advice covers. */
	private static Throwable withStatus(ServerWebExchange exchange, Throwable ex) {
		if (ex instanceof AbortedException && hasLeft(exchange)) {
			return new ResponseStatusException(HttpStatus.BAD_REQUEST, "The client has disconnected", ex);
		}
		return (ex instanceof RivetException known)
				? new ResponseStatusException(HttpStatusCode.valueOf(known.status()), known.text(), known) : ex;
	}

}

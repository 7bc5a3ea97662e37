/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.util.Set;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

/**
 * Reads the bodies of HTTP requests.
 */
public final class HttpBody {

	/** Content types that the clients of the protocol send. */
	private static final Set<MediaType> TYPES = Set.of(MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM,
			MediaType.APPLICATION_CBOR);

	private HttpBody() {
	}

	/**
	 * Rejects content types that a browser sends for a page of another origin with the
	 * user's cookies and without a preflight, which the {@code OriginFilter} would
	 * reject: forms, and reports such as those of a content security policy.
	 * @throws RivetException {@code request.invalid}
	 */
	public static void checkContentType(ServerHttpRequest request) {
		MediaType type = request.getHeaders().getContentType();
		boolean known = type != null && TYPES.stream().anyMatch(type::equalsTypeAndSubtype);
		if (request.getMethod() == HttpMethod.POST && !known) {
			throw new RivetException(ErrorCode.REQUEST_INVALID,
					"The content type must be application/json, application/cbor or application/octet-stream.");
		}
	}

	/**
	 * Reads a body.
	 * @param exchange its request and answer
	 * @param limit maximum number of bytes
	 * @param limits timeout, and memory limit of all incomplete bodies
	 * @param addresses finds the address of the client
	 * @return the body; fails with {@code message.incoming_too_long} if it exceeds the
	 * limit, with {@code request.timed_out} after the timeout, which also closes the
	 * connection, and with {@code actor.overloaded} if there is not enough memory
	 */
	public static Mono<byte[]> read(ServerWebExchange exchange, int limit, Limits limits, ClientAddresses addresses) {
		return Mono.create((sink) -> {
			ServerHttpRequest request = exchange.getRequest();
			long announced = RequestFailures.reading(request.getHeaders()::getContentLength);
			if (announced > limit) {
				limits.hits().add(Limit.MESSAGE_SIZE);
				sink.error(new RivetException(ErrorCode.INCOMING_TOO_LONG));
				return;
			}
			BodyReader reader = new BodyReader(sink, limit, limits, addresses.of(request), announced,
					() -> closeAfter(exchange.getResponse()));
			request.getBody().subscribe(reader);
			EventLoop eventLoop = LinkIo.eventLoop(exchange.getResponse());
			reader.await((eventLoop != null) ? eventLoop : GlobalEventExecutor.INSTANCE);
		});
	}

	/** Otherwise the rest of the body would be parsed as the next request. */
	private static void closeAfter(ServerHttpResponse response) {
		if (!response.isCommitted()) {
			response.getHeaders().set(HttpHeaders.CONNECTION, "close");
		}
	}

}

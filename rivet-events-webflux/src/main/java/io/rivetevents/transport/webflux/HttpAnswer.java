/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.webflux;

import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

import io.rivetevents.conversion.ValueMapper;
import io.rivetevents.error.RivetException;
import io.rivetevents.limit.Limits;
import io.rivetevents.limit.RateExcess;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RetryDelay;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.netty.ErrorHeader;

/**
 * Writes HTTP answers.
 */
public final class HttpAnswer {

	/**
	 * Minimum number of bytes of an answer that is counted; a connection uses as much for
	 * a shorter one anyway.
	 */
	private static final int MIN_COUNTED = 4 * 1024;

	private static final int MAX_ERROR = 1024 * 1024;

	/** Number of characters to which the texts of a long error are cut. */
	private static final int MAX_TEXT = 1000;

	private HttpAnswer() {
	}

	/**
	 * Writes an answer.
	 */
	public static Mono<Void> write(ServerHttpResponse response, int status, String contentType, byte[] body) {
		response.setStatusCode(HttpStatusCode.valueOf(status));
		response.getHeaders().setContentType(MediaType.parseMediaType(contentType));
		response.getHeaders().setContentLength(body.length);
		return response.writeWith(Mono.just(response.bufferFactory().wrap(body)))
			.onErrorResume(IllegalStateException.class, (ex) -> isAnswered(response) ? Mono.empty() : Mono.error(ex));
	}

	/**
	 * Returns whether the server has already answered, which it does if the body is not
	 * valid HTTP.
	 */
	private static boolean isAnswered(ServerHttpResponse response) {
		HttpServerResponse netty = LinkIo.netty(response);
		return netty != null && netty.hasSentHeaders();
	}

	/**
	 * Writes an answer, which counts towards the memory limit until the client has read
	 * it.
	 * @param limits limits of the node
	 * @return completes with the answer; fails with {@code actor.overloaded} if there is
	 * not enough memory
	 */
	public static Mono<Void> write(ServerHttpResponse response, String contentType, byte[] body, Limits limits) {
		HttpServerResponse netty = LinkIo.netty(response);
		if (netty == null || body.length < MIN_COUNTED) {
			return write(response, HttpStatus.OK.value(), contentType, body);
		}
		if (!limits.tryAnswer(body.length)) {
			return Mono.error(new RivetException(ErrorCode.OVERLOADED));
		}
		// writing completes before the socket has accepted the answer
		netty.withConnection((connection) -> connection.onTerminate()
			.doFinally((signal) -> limits.answered(body.length))
			.subscribe(null, (ex) -> {
			}));
		return write(response, HttpStatus.OK.value(), contentType, body);
	}

	/**
	 * Writes an error. If it would exceed {@value #MAX_ERROR} bytes, its metadata is left
	 * out. Clients that are rejected with 503 at the same time retry at different times.
	 */
	public static Mono<Void> writeError(ServerHttpResponse response, RivetException ex, Encoding encoding,
			ValueMapper mapper) {
		ToClient.Error error = mapper.toError(ex, null, null);
		byte[] body = encoding.codec().encodeError(error);
		if (body.length > MAX_ERROR) {
			body = encoding.codec().encodeError(error.shortened(MAX_TEXT));
		}
		describe(response.getHeaders(), ex);
		return write(response, ex.status(), encoding.contentType(), body);
	}

	/**
	 * Writes an error as a problem document, as controllers of the application answer it.
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457: Problem Details</a>
	 */
	public static Mono<Void> writeProblem(ServerHttpResponse response, RivetException ex, ValueMapper mapper) {
		HttpStatus status = HttpStatus.valueOf(ex.status());
		Map<String, Object> problem = new LinkedHashMap<>();
		problem.put("title", status.getReasonPhrase());
		problem.put("status", ex.status());
		problem.put("detail", ex.text());
		problem.put("group", ex.group());
		problem.put("code", ex.code());
		describe(response.getHeaders(), ex);
		return write(response, ex.status(), MediaType.APPLICATION_PROBLEM_JSON_VALUE, mapper.write(problem));
	}

	private static void describe(HttpHeaders headers, RivetException ex) {
		if (ex.status() == HttpStatus.SERVICE_UNAVAILABLE.value()
				|| ex.status() == HttpStatus.TOO_MANY_REQUESTS.value()) {
			int seconds = RetryDelay.nextSeconds();
			headers.set(HttpHeaders.RETRY_AFTER, Long.toString(Math.max(seconds, RateExcess.retrySeconds(ex))));
		}
		headers.set(ErrorHeader.NAME, ErrorHeader.value(ex.group(), ex.code()));
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.autoconfigure.problem;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;

import io.rivetevents.error.RivetException;
import io.rivetevents.limit.RateExcess;

/**
 * Answers requests to the application's controllers that fail with an error of an actor:
 * with the status of the error and a problem document (RFC 9457) that has the
 * {@code group}, {@code code} and {@code metadata} that a client of the actor receives.
 * For Spring MVC and WebFlux. The application's own handlers take precedence.
 */
@ControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
final class RivetExceptionAdvice {

	/** Seconds after which a client may retry, unless the error has more. */
	private static final long RETRY_SECONDS = 1;

	@ExceptionHandler
	ResponseEntity<ProblemDetail> answer(RivetException ex) {
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatusCode.valueOf(ex.status()), ex.text());
		problem.setProperty("group", ex.group());
		problem.setProperty("code", ex.code());
		if (ex.metadata() != null) {
			problem.setProperty("metadata", ex.metadata());
		}
		ResponseEntity.BodyBuilder response = ResponseEntity.status(ex.status());
		if (ex.status() == HttpStatus.SERVICE_UNAVAILABLE.value()
				|| ex.status() == HttpStatus.TOO_MANY_REQUESTS.value()) {
			response.header(HttpHeaders.RETRY_AFTER,
					Long.toString(Math.max(RETRY_SECONDS, RateExcess.retrySeconds(ex))));
		}
		return response.body(problem);
	}

}

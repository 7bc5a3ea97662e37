/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.http;

import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.Identity;
import io.rivetevents.extension.PortablePrincipal;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.limit.RateExcess;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.ticket.Tickets;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.LinkTask;
import io.rivetevents.transport.webflux.HttpAnswer;
import io.rivetevents.transport.webflux.HttpBody;
import io.rivetevents.transport.webflux.LinkIo;
import io.rivetevents.transport.webflux.RequestFailures;

/**
 * Issues tickets to signed-in clients: {@code docs/tickets.md}. A client that could not
 * connect now gets an HTTP error instead, which a browser shows to its page. Errors are
 * problem documents.
 */
public final class TicketHandler implements WebHandler {

	private static final int MAX_BODY = 4 * 1024;

	private static final String ACTOR = "actor";

	private final LinkServices services;

	private final LinkIo io;

	private final Tickets tickets;

	/**
	 * Creates the handler.
	 * @param services services that all connections and calls share
	 * @param io event loops and addresses of requests
	 * @param tickets issues tickets
	 */
	public TicketHandler(LinkServices services, LinkIo io, Tickets tickets) {
		this.services = services;
		this.io = io;
		this.tickets = tickets;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		exchange.getResponse().getHeaders().setCacheControl("no-store");
		return Mono.defer(() -> LinkTask.later(() -> RequestFailures.reading(() -> answer(exchange))))
			.onErrorResume((ex) -> answerError(exchange, ex));
	}

	private Mono<Void> answerError(ServerWebExchange exchange, Throwable ex) {
		ServerHttpResponse response = exchange.getResponse();
		return response.isCommitted() ? Mono.error(ex) : HttpAnswer.writeProblem(response,
				RequestFailures.translate(exchange.getRequest(), ex), this.services.mapper());
	}

	private Mono<Void> answer(ServerWebExchange exchange) {
		HttpMethod method = exchange.getRequest().getMethod();
		if (method == HttpMethod.OPTIONS) {
			exchange.getResponse().setStatusCode(HttpStatus.NO_CONTENT);
			return exchange.getResponse().setComplete();
		}
		if (method != HttpMethod.POST) {
			throw new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "A ticket requires POST.");
		}
		if (this.services.isDraining()) {
			throw new RivetException(ErrorCode.RESTARTING);
		}
		return HttpBody.read(exchange, MAX_BODY, this.services.limits(), this.io.addresses())
			.flatMap((body) -> issue(exchange, RequestFailures.reading(() -> actor(exchange.getRequest(), body))));
	}

	private @Nullable String actor(ServerHttpRequest request, byte[] body) {
		if (body.length == 0) {
			return null;
		}
		HttpBody.checkContentType(request);
		JsonNode actor = this.services.mapper().readTree(body).path(ACTOR);
		if (actor.isMissingNode() || actor.isNull()) {
			return null;
		}
		if (!actor.isString() || actor.stringValue().isEmpty()) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "`actor`, if present, must be the name of an actor.");
		}
		return actor.stringValue();
	}

	private Mono<Void> issue(ServerWebExchange exchange, @Nullable String actor) {
		String origin = exchange.getRequest().getHeaders().getFirst(HttpHeaders.ORIGIN);
		return this.services.handshake().identify(this.io.read(exchange), null).flatMap((identity) -> {
			PortablePrincipal user = identity.user();
			if (user == null) {
				throw new RivetException(ErrorCode.AUTHENTICATION_REQUIRED);
			}
			checkRoom(identity);
			String session = identity.sessionId();
			if (session != null) {
				this.io.ticketIssued(session);
			}
			Map<String, Object> answer = Map.of("ticket", this.tickets.issue(identity, user, origin, actor),
					"expiresIn", this.tickets.timeout().toMillis());
			return HttpAnswer.write(exchange.getResponse(), HttpStatus.OK.value(), MediaType.APPLICATION_JSON_VALUE,
					this.services.mapper().write(answer));
		});
	}

	/**
	 * Checks that the client could connect now, as one that resumes, which it may be, and
	 * counts a call.
	 */
	private void checkRoom(Identity identity) {
		ClientUsage usage = this.services.limits().connect(identity.address(), true);
		try {
			if (usage.identify(identity) != null) {
				throw new RivetException(ErrorCode.TOO_MANY_CONNECTIONS);
			}
			RateExcess excess = usage.call();
			if (excess != null) {
				RivetException ex = excess.toError();
				throw new RivetException(ex.group(), ex.code(), HttpStatus.TOO_MANY_REQUESTS.value(), ex.text(),
						ex.metadata());
			}
		}
		finally {
			usage.close();
		}
	}

}

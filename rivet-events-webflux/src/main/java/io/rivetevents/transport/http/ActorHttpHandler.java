/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import org.springframework.web.util.UriUtils;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.Reception;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.GatewayRequest;
import io.rivetevents.transport.Handshake;
import io.rivetevents.transport.HandshakeRequest;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.LinkTask;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.HttpAnswer;
import io.rivetevents.transport.webflux.HttpBody;
import io.rivetevents.transport.webflux.LinkIo;
import io.rivetevents.transport.webflux.RequestFailures;

/**
 * Serves the HTTP routes of the client protocol, without WebSocket: sections 2 and 3 of
 * the protocol document.
 */
public final class ActorHttpHandler implements WebHandler {

	private static final Log logger = LogFactory.getLog(ActorHttpHandler.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** The runtime and version that published RivetKit clients expect. */
	private static final Map<String, String> METADATA = Map.of("runtime", "rivetkit", "version", "2.3.19");

	private static final Set<String> UNSUPPORTED = Set.of("queue", "request", "websocket", "inspector");

	private static final String PARAMS = "x-rivet-conn-params";

	/**
	 * Maximum number of bytes of a body that is decoded without a check of free memory.
	 */
	private static final int SMALL = 4 * 1024;

	private final BasePath basePath;

	private final LinkServices services;

	private final ActorsApi actorsApi;

	private final HttpLimits limits;

	private final LinkIo io;

	/**
	 * Creates the handler.
	 * @param basePath prefix of the routes
	 * @param services services that all connections and calls share
	 * @param limits limits of bodies
	 * @param io event loops and addresses of requests
	 * @param management access to the listing and deletion of instances
	 */
	public ActorHttpHandler(BasePath basePath, LinkServices services, HttpLimits limits, LinkIo io,
			Management management) {
		this.io = io;
		this.basePath = basePath;
		this.services = services;
		this.actorsApi = new ActorsApi(services.directory(), services.mapper(), management);
		this.limits = limits;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return Mono.defer(() -> LinkTask.later(() -> RequestFailures.reading(() -> route(exchange))))
			.onErrorResume((ex) -> answerError(exchange, ex, Encoding.JSON));
	}

	private Mono<Void> answerError(ServerWebExchange exchange, Throwable ex, Encoding encoding) {
		if (exchange.getResponse().isCommitted()) {
			logger.debug("The answer to %s %s could not be written".formatted(exchange.getRequest().getMethod(),
					SafeText.of(exchange.getRequest().getPath())), ex); // the
																		// answer
																		// has
																		// begun,
																		// so
																		// no
																		// error
																		// can
																		// be
																		// sent
			return Mono.empty();
		}
		RivetException known = RequestFailures.ofClient(exchange.getRequest(), ex);
		return (known != null) ? HttpAnswer.writeError(exchange.getResponse(), known, encoding, this.services.mapper())
				: Mono.error(ex); // handled by the filters and the exception handler
	}

	private Mono<Void> route(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		String path = this.basePath.within(request);
		if (path == null) {
			throw new RivetException(ErrorCode.API_NOT_FOUND);
		}
		if (request.getMethod() == HttpMethod.OPTIONS) {
			exchange.getResponse().setStatusCode(HttpStatus.NO_CONTENT);
			return exchange.getResponse().setComplete();
		}
		if (path.startsWith(GatewayRequest.PREFIX)) {
			return routeToActor(exchange, GatewayRequest.parse(path, request.getURI().getRawQuery()));
		}
		if (path.equals("/actors") || path.startsWith("/actors/")) {
			return routeToActors(exchange, path);
		}
		if (request.getMethod() == HttpMethod.GET && path.equals("/metadata")) {
			return answer(exchange, METADATA);
		}
		if (request.getMethod() == HttpMethod.GET && path.equals("/health")) {
			return answer(exchange, Map.of("status", "ok"));
		}
		if (isUnsupported(path)) {
			throw unsupported(path);
		}
		throw new RivetException(ErrorCode.API_NOT_FOUND, "The route %s does not exist.".formatted(path));
	}

	private static boolean isUnsupported(String path) {
		int end = path.indexOf('/', 1);
		return UNSUPPORTED.contains(path.substring(1, (end < 0) ? path.length() : end));
	}

	private static RivetException unsupported(String path) {
		return new RivetException(ErrorCode.NOT_SUPPORTED,
				"The server does not support queues, raw requests, raw sockets or the inspector: %s.".formatted(path));
	}

	private Mono<Void> routeToActors(ServerWebExchange exchange, String path) {
		HttpBody.checkContentType(exchange.getRequest());
		JsonNode params = Handshake.params(exchange.getRequest().getHeaders().getFirst(PARAMS));
		return HttpBody.read(exchange, this.limits.maxManagementSize(), this.services.limits(), this.io.addresses())
			.flatMap(
					(body) -> identify(exchange, params, body).flatMap((identity) -> LinkTask.later(() -> this.actorsApi
						.answer(exchange.getRequest(), path, body, stateless(exchange, params, identity)))))
			.flatMap((answer) -> answer(exchange, answer));
	}

	/**
	 * Authenticates the caller, which may take long. Until then the undecoded body counts
	 * towards the memory limit, and then towards the rates of the caller.
	 */
	private Mono<Identity> identify(ServerWebExchange exchange, @Nullable JsonNode params, byte[] body) {
		long weight = MessageWeight.ofRequest(params, body);
		HandshakeRequest request = this.io.read(exchange);
		return Mono.using(() -> {
			Reception reception = this.services.limits().receivingFrom(request.clientAddress());
			if (!reception.tryAcquire(weight)) {
				throw new RivetException(ErrorCode.OVERLOADED);
			}
			return reception;
		}, (taken) -> this.io.onEventLoop(LinkTask.later(() -> this.services.handshake().identify(request, params)),
				exchange), Reception::release)
			.doOnNext((identity) -> this.services.limits().receive(identity, body.length));
	}

	private ConnectRequest stateless(ServerWebExchange exchange, @Nullable JsonNode params, Identity identity) {
		return this.services.handshake().withHead(ConnectRequest.stateless(params, identity), this.io.read(exchange));
	}

	private Mono<Void> routeToActor(ServerWebExchange exchange, GatewayRequest gateway) {
		String path = gateway.path();
		if (path.startsWith("/action/")) {
			return action(exchange, gateway, UriUtils.decode(path.substring(8), StandardCharsets.UTF_8));
		}
		if (path.equals("/connect")) {
			throw new RivetException(ErrorCode.REQUEST_INVALID, "/connect requires a WebSocket handshake.");
		}
		if (isUnsupported(path)) {
			throw unsupported(path);
		}
		if (exchange.getRequest().getMethod() == HttpMethod.GET && path.equals("/health")) {
			return HttpAnswer.write(exchange.getResponse(), 200, MediaType.TEXT_PLAIN_VALUE,
					"ok".getBytes(StandardCharsets.UTF_8));
		}
		if (exchange.getRequest().getMethod() == HttpMethod.GET && path.equals("/metadata")) {
			return answer(exchange, METADATA);
		}
		throw new RivetException(ErrorCode.ACTOR_NOT_FOUND, "Actors do not have the route %s.".formatted(path));
	}

	private Mono<Void> action(ServerWebExchange exchange, GatewayRequest gateway, String name) {
		ServerHttpRequest request = exchange.getRequest();
		if (request.getMethod() != HttpMethod.POST) {
			throw new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "An action requires POST.");
		}
		HttpBody.checkContentType(request);
		Encoding encoding = encoding(request);
		return Mono.defer(() -> call(exchange, gateway, name, encoding))
			.flatMap((body) -> HttpAnswer.write(exchange.getResponse(), encoding.contentType(), body,
					this.services.limits()))
			.onErrorResume((ex) -> answerError(exchange, ex, encoding));
	}

	private Mono<byte[]> call(ServerWebExchange exchange, GatewayRequest gateway, String name, Encoding encoding) {
		JsonNode params = Handshake.params(exchange.getRequest().getHeaders().getFirst(PARAMS));
		return HttpBody.read(exchange, this.limits.maxIncomingSize(), this.services.limits(), this.io.addresses())
			.flatMap((body) -> identify(exchange, params, body).flatMap((identity) -> LinkTask.later(() -> {
				checkRoom(gateway, encoding, body);
				return this.services.directory()
					.call(gateway.target(), stateless(exchange, params, identity), new ToServer.ActionRequest(0, name,
							RequestFailures.reading(() -> encoding.codec().decodeActionRequest(body))));
			})))
			.map((output) -> encode(output, encoding, name, gateway.target()))
			.doOnNext(this::checkOutgoing);
	}

	/** Most calls are small; for these the check would cost more than it saves. */
	private void checkRoom(GatewayRequest gateway, Encoding encoding, byte[] body) {
		if (body.length > SMALL) {
			this.services.checkRoom(gateway.target(),
					RequestFailures.reading(() -> MessageWeight.atLeast(encoding.isText(), body)));
		}
	}

	/** An unwritable result is an error of the application, not of the client. */
	private static byte[] encode(JsonNode output, Encoding encoding, String action, ActorTarget target) {
		try {
			return encoding.codec().encodeActionResponse(output.isMissingNode() ? null : output);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "The result of action %s of %s could not be encoded".formatted(SafeText.of(action),
					describe(target)));
			throw new RivetException(ErrorCode.INTERNAL_ERROR);
		}
	}

	private static String describe(ActorTarget target) {
		return (target instanceof ActorTarget.ById byId) ? "actor " + SafeText.of(byId.actorId())
				: String.valueOf(target.address());
	}

	private void checkOutgoing(byte[] body) {
		if (body.length > this.limits.maxOutgoingSize()) {
			throw new RivetException(ErrorCode.OUTGOING_TOO_LONG);
		}
	}

	private static Encoding encoding(ServerHttpRequest request) {
		String name = request.getHeaders().getFirst("x-rivet-encoding");
		Encoding encoding = (name != null) ? Encoding.of(name) : Encoding.JSON;
		if (encoding == null) {
			throw new RivetException(ErrorCode.ENCODING_INVALID, "x-rivet-encoding must be `json`, `cbor` or `bare`.");
		}
		return encoding;
	}

	private Mono<Void> answer(ServerWebExchange exchange, @Nullable Object body) {
		return HttpAnswer.write(exchange.getResponse(), MediaType.APPLICATION_JSON_VALUE,
				this.services.mapper().write(body), this.services.limits());
	}

}

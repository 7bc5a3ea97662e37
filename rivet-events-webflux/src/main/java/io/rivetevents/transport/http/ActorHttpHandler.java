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
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import org.springframework.web.util.UriUtils;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.extension.Identity;
import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.Reception;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.MessageWeight;
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
 * The routes of the client protocol that are no WebSocket: sections 2 and 3 of the
 * protocol document.
 */
public final class ActorHttpHandler implements WebHandler {

	private static final Log logger = LogFactory.getLog(ActorHttpHandler.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	/** What the published clients are told they talk to. */
	private static final Map<String, String> METADATA = Map.of("runtime", "rivetkit", "version", "2.3.19");

	private static final Set<String> UNSUPPORTED = Set.of("queue", "request", "websocket", "inspector");

	private static final String PARAMS = "x-rivet-conn-params";

	/** Bytes of a body that is read without a look at how much room there is for it. */
	private static final int SMALL = 4 * 1024;

	private final BasePath basePath;

	private final LinkServices services;

	private final ActorsApi actorsApi;

	private final HttpLimits limits;

	private final PathPattern actionPattern;

	private final LinkIo io;

	/**
	 * Create a handler.
	 * @param basePath where the routes begin
	 * @param services what all links and calls share
	 * @param limits bounds of bodies
	 * @param io how event loops work
	 * @param management who may list and delete instances
	 */
	public ActorHttpHandler(BasePath basePath, LinkServices services, HttpLimits limits, LinkIo io,
			Management management) {
		this.io = io;
		this.basePath = basePath;
		this.services = services;
		this.actorsApi = new ActorsApi(services.directory(), services.mapper(), management);
		this.limits = limits;
		String prefix = basePath.toString().equals("/") ? "" : basePath.toString();
		this.actionPattern = PathPatternParser.defaultInstance.parse(prefix + "/gateway/{actor}/action/{action}");
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return Mono.defer(() -> LinkTask.later(() -> RequestFailures.reading(() -> route(exchange))))
			.onErrorResume((ex) -> answerError(exchange, ex, Encoding.JSON));
	}

	private Mono<Void> answerError(ServerWebExchange exchange, Throwable ex, Encoding encoding) {
		if (exchange.getResponse().isCommitted()) {
			logger.debug("An answer could not be written", ex); // nobody is there to read
																// another
			return Mono.empty();
		}
		RivetException known = RequestFailures.ofClient(exchange.getRequest(), ex);
		return (known != null) ? HttpAnswer.writeError(exchange.getResponse(), known, encoding, this.services.mapper())
				: Mono.error(ex); // for the filters, and the handler of failures
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
		throw new RivetException(ErrorCode.API_NOT_FOUND, "There is no route %s.".formatted(path));
	}

	private static boolean isUnsupported(String path) {
		int end = path.indexOf('/', 1);
		return UNSUPPORTED.contains(path.substring(1, (end < 0) ? path.length() : end));
	}

	private static RivetException unsupported(String path) {
		return new RivetException(ErrorCode.NOT_SUPPORTED,
				"This server has no queues, raw requests, raw sockets and inspector: %s.".formatted(path));
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
	 * Finds out who calls, which may take long: meanwhile the body is kept as it came,
	 * and counts.
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
				exchange), Reception::release);
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
			throw new RivetException(ErrorCode.REQUEST_INVALID, "/connect takes a WebSocket handshake.");
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
		throw new RivetException(ErrorCode.ACTOR_NOT_FOUND, "An actor has no route %s.".formatted(path));
	}

	private Mono<Void> action(ServerWebExchange exchange, GatewayRequest gateway, String name) {
		ServerHttpRequest request = exchange.getRequest();
		if (request.getMethod() != HttpMethod.POST) {
			throw new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "An action takes POST.");
		}
		exchange.getAttributes().put(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE, this.actionPattern);
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
			.map((output) -> encode(output, encoding))
			.doOnNext(this::checkOutgoing);
	}

	/** Most calls are small, and cost as little when they are read. */
	private void checkRoom(GatewayRequest gateway, Encoding encoding, byte[] body) {
		if (body.length > SMALL) {
			this.services.checkRoom(gateway.target(),
					RequestFailures.reading(() -> MessageWeight.atLeast(encoding.isText(), body)));
		}
	}

	/** What cannot be written is the application's mistake, not the client's. */
	private static byte[] encode(JsonNode output, Encoding encoding) {
		try {
			return encoding.codec().encodeActionResponse(output.isMissingNode() ? null : output);
		}
		catch (Throwable ex) {
			failures.error(ex, () -> "The result of an action cannot be written");
			throw new RivetException(ErrorCode.INTERNAL_ERROR);
		}
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
			throw new RivetException(ErrorCode.ENCODING_INVALID, "x-rivet-encoding is `json`, `cbor` or `bare`.");
		}
		return encoding;
	}

	private Mono<Void> answer(ServerWebExchange exchange, @Nullable Object body) {
		return HttpAnswer.write(exchange.getResponse(), MediaType.APPLICATION_JSON_VALUE,
				this.services.mapper().write(body), this.services.limits());
	}

}

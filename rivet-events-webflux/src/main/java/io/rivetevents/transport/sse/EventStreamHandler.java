/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ConnectRequest;
import io.rivetevents.inbound.InboundRequest;
import io.rivetevents.inbound.InboundRequests;
import io.rivetevents.limit.ClientUsage;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.SafeText;
import io.rivetevents.protocol.ToServer;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.EventStream;
import io.rivetevents.transport.Admission;
import io.rivetevents.transport.GatewayRequest;
import io.rivetevents.transport.LinkServices;
import io.rivetevents.transport.LinkTask;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.webflux.BasePath;
import io.rivetevents.transport.webflux.HttpAnswer;
import io.rivetevents.transport.webflux.HttpBody;
import io.rivetevents.transport.webflux.LinkIo;
import io.rivetevents.transport.webflux.RefusedHandshakes;
import io.rivetevents.transport.webflux.RequestFailures;

/**
 * Serves event streams, and the requests that carry their clients' messages: {@code
 * docs/protocol.md}.
 */
public final class EventStreamHandler implements WebHandler {

	private static final Log logger = LogFactory.getLog(EventStreamHandler.class);

	private static final String STREAM = "/sse";

	private static final String CONNECTIONS = "/connections/";

	private static final String SECRET = "x-rivet-secret";

	private static final String SEQUENCE = "x-rivet-sequence";

	private static final String EVENT_STREAM = "text/event-stream;charset=UTF-8";

	private final BasePath basePath;

	private final LinkServices links;

	private final LinkIo io;

	private final EventStreamSettings settings;

	private final Admission admission;

	/**
	 * Creates the handler.
	 * @param basePath prefix of the routes
	 * @param links services that all connections share
	 * @param io event loops and addresses of requests
	 * @param settings limits and timeouts
	 */
	public EventStreamHandler(BasePath basePath, LinkServices links, LinkIo io, EventStreamSettings settings) {
		this.basePath = basePath;
		this.links = links;
		this.io = io;
		this.settings = settings;
		this.admission = new Admission(links);
	}

	/**
	 * Returns whether this handler serves a route.
	 * @param path the path within the base path
	 */
	public static boolean handles(String path) {
		return path.startsWith(CONNECTIONS) || (path.startsWith(GatewayRequest.PREFIX) && path.endsWith(STREAM));
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return Mono.defer(() -> LinkTask.later(() -> RequestFailures.reading(() -> route(exchange))))
			.onErrorResume((ex) -> answerError(exchange, ex));
	}

	private Mono<Void> answerError(ServerWebExchange exchange, Throwable ex) {
		ServerHttpResponse response = exchange.getResponse();
		if (response.isCommitted()) {
			logger.debug("The event stream of %s ended with an error"
				.formatted(SafeText.of(exchange.getRequest().getPath())), ex);
			return Mono.empty();
		}
		RivetException known = RequestFailures.ofClient(exchange.getRequest(), ex);
		if (known == null) {
			return Mono.error(ex); // handled by the filters and the exception handler
		}
		return HttpAnswer.writeError(response, known, Encoding.JSON, this.links.mapper());
	}

	private Mono<Void> route(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		String path = Objects.requireNonNull(this.basePath.within(request));
		HttpMethod method = request.getMethod();
		if (method == HttpMethod.OPTIONS) {
			return answer(exchange, HttpStatus.NO_CONTENT);
		}
		HttpBody.checkContentType(request);
		if (path.startsWith(CONNECTIONS)) {
			String id = path.substring(CONNECTIONS.length());
			if (method == HttpMethod.POST) {
				return receive(exchange, id);
			}
			if (method == HttpMethod.DELETE) {
				return request(exchange, id).flatMap(inbound()::handle)
					.then(Mono.defer(() -> answer(exchange, HttpStatus.NO_CONTENT)));
			}
			throw new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "A connection requires POST or DELETE.");
		}
		GatewayRequest gateway = GatewayRequest.parse(path, request.getURI().getRawQuery());
		if (!gateway.path().equals(STREAM)) {
			throw new RivetException(ErrorCode.NO_ROUTE);
		}
		if (method == HttpMethod.GET) {
			return EventStream.CLOSED.equals(HelloQuery.lastEventId(request)) ? answer(exchange, HttpStatus.NO_CONTENT)
					: open(exchange, gateway, new EventStreamLink.First(HelloQuery.read(request), 0));
		}
		if (method == HttpMethod.POST) {
			return HttpBody
				.read(exchange, this.settings.link().maxIncomingSize(), this.links.limits(), this.io.addresses())
				.flatMap((body) -> open(exchange, gateway, new EventStreamLink.First(hello(body), body.length)));
		}
		throw new RivetException(ErrorCode.METHOD_NOT_ALLOWED, "A stream requires GET or POST.");
	}

	private static Mono<Void> answer(ServerWebExchange exchange, HttpStatus status) {
		exchange.getResponse().setStatusCode(status);
		return exchange.getResponse().setComplete();
	}

	private static ToServer.Hello hello(byte[] body) {
		if (RequestFailures
			.reading(() -> Encoding.EXTENDED_JSON.codec().decode(body)) instanceof ToServer.Hello hello) {
			return hello;
		}
		throw new RivetException(ErrorCode.INVALID_REQUEST, "The first message must be `Hello`.");
	}

	/**
	 * Opens a stream. A client for which there is no room is answered by a status, before
	 * the stream begins. Nothing of the opening is kept, since a stream may stay open for
	 * days.
	 */
	private Mono<Void> open(ServerWebExchange exchange, GatewayRequest gateway, EventStreamLink.First message) {
		ServerHttpResponse response = exchange.getResponse();
		Connection connection = connection(response);
		// the connection carries nothing else and closes with the stream
		response.getHeaders().set(HttpHeaders.CONNECTION, "close");
		if (message.hello().resume() != null) {
			exchange.getAttributes().put(RefusedHandshakes.RESUMES, true);
		}
		AtomicReference<EventStreamLink.@Nullable First> first = new AtomicReference<>(message);
		return Mono.deferContextual((context) -> {
			ToServer.Hello hello = Objects.requireNonNull(first.get()).hello();
			PendingHandshake opening = PendingHandshake.of(this.io.read(exchange), gateway::target, () -> null, null,
					hello.resume() != null, context);
			return this.io.onEventLoop(
					this.admission.admit(opening, hello, (usage) -> closeAtEnd(connection.channel(), usage)), exchange);
		})
			.onErrorResume(RivetException.class,
					(ex) -> HttpAnswer.writeProblem(response, ex, this.links.mapper()).then(Mono.empty()))
			.onTerminateDetach()
			.flatMap((opening) -> stream(exchange, connection, opening, Objects.requireNonNull(first.getAndSet(null))));
	}

	private static Connection connection(ServerHttpResponse response) {
		HttpServerResponse netty = ServerHttpResponseDecorator.getNativeResponse(response);
		Connection[] found = new Connection[1];
		netty.withConnection((connection) -> found[0] = connection);
		return found[0];
	}

	private Mono<Void> stream(ServerWebExchange exchange, Connection connection, PendingHandshake opening,
			EventStreamLink.First first) {
		ServerHttpResponse response = exchange.getResponse();
		HttpHeaders headers = response.getHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, EVENT_STREAM);
		headers.setCacheControl("no-cache, no-transform");
		headers.set("X-Accel-Buffering", "no"); // disables the buffer of nginx
		NettyDataBufferFactory buffers = (NettyDataBufferFactory) response.bufferFactory();
		Flux<Mono<ByteBuf>> body = EventStreamLink.body(LinkIo.eventLoopOf(connection.channel()),
				() -> new EventStreamLink(opening, first, exchange, connection, this.links, this.io, this.settings,
						this::add, this::remove));
		return response.writeAndFlushWith(body.map((part) -> part.map(buffers::wrap)));
	}

	/** If the client leaves before the stream begins, no link ends its place. */
	private static void closeAtEnd(Channel channel, ClientUsage usage) {
		channel.closeFuture().addListener((closed) -> usage.close());
	}

	/**
	 * Called before the stream sends the connection id to the client, so each request
	 * with the id finds the stream.
	 */
	private void add(EventStreamLink stream) {
		ConnectRequest request = stream.request();
		if (request != null) {
			inbound().add(request, stream::receive);
		}
	}

	private void remove(EventStreamLink stream) {
		ConnectRequest request = stream.request();
		if (request != null) {
			inbound().remove(request.connectionId());
		}
	}

	private InboundRequests inbound() {
		return this.links.connections().inbound();
	}

	// Requests about a stream of this node or of another one

	private Mono<Void> receive(ServerWebExchange exchange, String id) {
		return request(exchange, id).flatMap((leave) -> HttpBody.read(
				exchange, this.settings.link().maxIncomingSize(), this.links.limits(),
				this.io.addresses()).<InboundRequest.Content>map((body) -> new InboundRequest.Messages(sequence(exchange.getRequest()), body))
			.onErrorResume(RivetException.class, (ex) -> close(leave, ex))
			.flatMap((content) -> inbound().handle(with(leave, content))))
			.then(Mono.defer(() -> answer(exchange, HttpStatus.ACCEPTED)));
	}

	/** Closes the stream, because a request of its client cannot be read. */
	private <T> Mono<T> close(InboundRequest request, RivetException ex) {
		return inbound().handle(with(request, new InboundRequest.Unreadable(ex.closeReason()))).then(Mono.error(ex));
	}

	private static InboundRequest with(InboundRequest request, InboundRequest.Content content) {
		return new InboundRequest(request.connectionId(), request.secret(), request.owner(), content);
	}

	private static @Nullable Long sequence(ServerHttpRequest request) {
		String sequence = request.getHeaders().getFirst(SEQUENCE);
		try {
			return (sequence != null) ? Long.valueOf(sequence) : null;
		}
		catch (NumberFormatException ex) {
			throw new RivetException(ErrorCode.INVALID_REQUEST, SEQUENCE + " must be a number.");
		}
	}

	/**
	 * Returns a request to end a stream. Fails if the client does not prove that the
	 * stream is its own, by its secret and its user; for a stream of another node, that
	 * node checks it.
	 */
	private Mono<InboundRequest> request(ServerWebExchange exchange, String id) {
		String secret = exchange.getRequest().getHeaders().getFirst(SECRET);
		inbound().check(id, secret);
		return this.links.handshake()
			.ownerOf(this.io.read(exchange))
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.map((owner) -> {
				inbound().checkOwner(id, owner.orElse(null));
				return new InboundRequest(id, secret, owner.orElse(null), new InboundRequest.Leave());
			});
	}

}

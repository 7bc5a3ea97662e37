/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.util.function.Supplier;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.adapter.ReactorNettyWebSocketSession;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;
import reactor.util.context.Context;

import io.rivetevents.error.RivetException;
import io.rivetevents.extension.ActorTarget;
import io.rivetevents.limit.ByteBudget;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.GatewayRequest;
import io.rivetevents.transport.PendingHandshake;
import io.rivetevents.transport.webflux.LinkIo;
import io.rivetevents.transport.webflux.RequestFailures;

/**
 * Upgrades a request to a WebSocket on Reactor Netty. In contrast to the strategy of
 * WebFlux, sockets use the channel directly where possible, and an open socket does not
 * hold the handshake.
 */
final class ChannelUpgradeStrategy implements RequestUpgradeStrategy {

	/**
	 * Bytes outside the heap of a socket with compression: zlib requires 256 KB to
	 * deflate with a window of 15 bits, as Netty does, and 42 KB to inflate.
	 */
	private static final int COMPRESSION_BYTES = 300 * 1024;

	private static final AttributeKey<Boolean> COUNTED = AttributeKey.valueOf(ChannelUpgradeStrategy.class, "counted");

	private final WebSocketSettings settings;

	ChannelUpgradeStrategy(WebSocketSettings settings) {
		this.settings = settings;
	}

	@Override
	public Mono<Void> upgrade(ServerWebExchange exchange, WebSocketHandler handler, @Nullable String subProtocol,
			Supplier<HandshakeInfo> handshakeInfoFactory) {
		ActorWebSocketHandler owner = (ActorWebSocketHandler) handler;
		HttpServerResponse response = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
		Channel channel = channel(response);
		EventLoop eventLoop = LinkIo.eventLoopOf(channel);
		// the context of the request would be held for as long as the socket is open
		boolean compress = this.settings.compression() && isCompressionOffered(exchange)
				&& mayCompress(channel, owner.links().limits().compression());
		Mono<Void> socket = Mono
			.deferContextual((context) -> response.sendWebsocket((in, out) -> onEventLoop(channel, eventLoop, () -> {
				Subprotocols offered = Subprotocols.of(exchange.getRequest());
				Encoding encoding = offered.readEncoding();
				Encoding written = (encoding != null) ? encoding : Encoding.JSON;
				Socket direct = ChannelSocket.open(in, channel, eventLoop, written, owner);
				Socket way = (direct != null) ? direct : new SessionSocket(
						session(exchange, in, out, handshakeInfoFactory.get()), channel, eventLoop, written, owner);
				PendingHandshake opening = PendingHandshake.of(owner.io().read(exchange),
						() -> RequestFailures.reading(() -> target(exchange, offered, owner)),
						() -> RequestFailures.reading(offered::readParams), offered.ticket(), offered.resumes(),
						context);
				return new WebSocketLink(way, encoding, opening, owner).run();
			}), spec(subProtocol, compress)).contextWrite((kept) -> Context.empty()));
		return exchange.getResponse().setComplete().then(onEventLoop(channel, eventLoop, () -> socket));
	}

	/**
	 * Runs work on the event loop of a channel. The application may have left the event
	 * loop before the answer; a frame that follows the handshake at once could then reach
	 * the old operations and be lost. Does nothing if the channel is closed, since it has
	 * no handlers and no event loop.
	 */
	private static Mono<Void> onEventLoop(Channel channel, EventLoop eventLoop, Supplier<Mono<Void>> work) {
		Mono<Void> done = Mono.defer(() -> channel.isRegistered() ? work.get() : Mono.empty());
		return Mono.defer(() -> eventLoop.inEventLoop() ? done : done.subscribeOn(Schedulers.fromExecutor(eventLoop)));
	}

	/**
	 * Counts the memory of compression for a channel until it closes. It is counted once,
	 * because a failed handshake can be repeated. Beyond the limit, a client connects
	 * without compression.
	 */
	private static boolean mayCompress(Channel channel, ByteBudget budget) {
		Attribute<Boolean> counted = channel.attr(COUNTED);
		if (counted.get() == null) {
			if (!budget.tryAcquire(COMPRESSION_BYTES)) {
				return false;
			}
			counted.set(true);
			channel.closeFuture().addListener((closed) -> budget.release(COMPRESSION_BYTES));
		}
		return true;
	}

	private static boolean isCompressionOffered(ServerWebExchange exchange) {
		return exchange.getRequest()
			.getHeaders()
			.getOrEmpty("Sec-WebSocket-Extensions")
			.stream()
			.anyMatch((line) -> line.contains("deflate"));
	}

	private static Channel channel(HttpServerResponse response) {
		Channel[] channel = new Channel[1];
		response.withConnection((connection) -> channel[0] = connection.channel());
		return channel[0];
	}

	private WebSocketSession session(ServerWebExchange exchange, WebsocketInbound in, WebsocketOutbound out,
			HandshakeInfo info) {
		NettyDataBufferFactory buffers = (NettyDataBufferFactory) exchange.getResponse().bufferFactory();
		return new ReactorNettyWebSocketSession(in, out, info, buffers, this.settings.maxFrameSize());
	}

	private static ActorTarget target(ServerWebExchange exchange, Subprotocols offered, ActorWebSocketHandler owner) {
		String path = owner.basePath().within(exchange.getRequest());
		String actorId = offered.actorId();
		if (path != null && path.equals("/connect") && actorId != null) {
			return new ActorTarget.ById(actorId);
		}
		if (path == null || !path.startsWith(GatewayRequest.PREFIX)) {
			throw new RivetException(ErrorCode.NO_ROUTE,
					"The path %s does not serve WebSocket connections.".formatted(path));
		}
		GatewayRequest gateway = GatewayRequest.parse(path, exchange.getRequest().getURI().getRawQuery());
		if (!gateway.path().equals("/connect")) {
			throw new RivetException(ErrorCode.NOT_SUPPORTED, "WebSocket connections require the path /connect.");
		}
		return gateway.target();
	}

	private WebsocketServerSpec spec(@Nullable String subProtocol, boolean compress) {
		WebsocketServerSpec.Builder builder = WebsocketServerSpec.builder()
			.maxFramePayloadLength(this.settings.maxFrameSize())
			.compress(compress);
		return ((subProtocol != null) ? builder.protocols(subProtocol) : builder).build();
	}

}

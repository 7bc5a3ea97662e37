package io.rivetevents.transport.websocket;

import java.util.function.Supplier;

import io.netty.channel.Channel;
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
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;
import reactor.util.context.Context;

import io.rivetevents.actor.ActorTarget;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.RivetException;
import io.rivetevents.transport.GatewayRequest;
import io.rivetevents.transport.LinkIo;
import io.rivetevents.transport.Opening;

/**
 * Upgrades a request on Reactor Netty. Unlike the one of WebFlux it opens sockets below
 * WebFlux where it can, and keeps nothing of the handshake for as long as a socket lives.
 */
final class ChannelUpgradeStrategy implements RequestUpgradeStrategy {

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
		// on its event loop: from another thread a frame that comes right behind the
		// handshake can find the old operations in place, and is lost with them
		Scheduler eventLoop = Schedulers.fromExecutor(LinkIo.eventLoopOf(channel));
		// its own context would be kept for as long as the socket lives
		return exchange.getResponse()
			.setComplete()
			.then(Mono.deferContextual((context) -> response.sendWebsocket((in, out) -> {
				Subprotocols offered = Subprotocols.of(exchange.getRequest());
				Encoding encoding = offered.readEncoding();
				Encoding written = (encoding != null) ? encoding : Encoding.JSON;
				Socket direct = owner.links().io().direct() ? ChannelSocket.open(in, written, owner) : null;
				Socket socket = (direct != null) ? direct : new SessionSocket(
						session(exchange, in, out, handshakeInfoFactory.get()), channel, written, owner);
				Opening opening = new Opening(exchange, () -> target(exchange, offered, owner), offered::readParams,
						context);
				return new SocketConnection(socket, encoding, opening, owner).run();
			}, spec(subProtocol)).contextWrite((kept) -> Context.empty())))
			.subscribeOn(eventLoop);
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
			throw new RivetException(ErrorCode.NO_ROUTE, "There is no socket at %s.".formatted(path));
		}
		GatewayRequest gateway = GatewayRequest.parse(path, exchange.getRequest().getURI().getRawQuery());
		if (!gateway.path().equals("/connect")) {
			throw new RivetException(ErrorCode.NOT_SUPPORTED, "Clients connect at /connect.");
		}
		return gateway.target();
	}

	private WebsocketServerSpec spec(@Nullable String subProtocol) {
		WebsocketServerSpec.Builder builder = WebsocketServerSpec.builder()
			.maxFramePayloadLength(this.settings.maxFrameSize())
			.compress(this.settings.compression());
		return ((subProtocol != null) ? builder.protocols(subProtocol) : builder).build();
	}

}

package io.rivetevents.transport.websocket;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;

/**
 * Upgrades a request on Reactor Netty. Unlike the one of WebFlux it hands out a session
 * that knows its channel and its request.
 */
final class ChannelUpgradeStrategy implements RequestUpgradeStrategy {

	private final WebSocketSettings settings;

	ChannelUpgradeStrategy(WebSocketSettings settings) {
		this.settings = settings;
	}

	@Override
	public Mono<Void> upgrade(ServerWebExchange exchange, WebSocketHandler handler, @Nullable String subProtocol,
			Supplier<HandshakeInfo> handshakeInfoFactory) {
		ServerHttpResponse response = exchange.getResponse();
		HttpServerResponse reactorResponse = ServerHttpResponseDecorator.getNativeResponse(response);
		NettyDataBufferFactory buffers = (NettyDataBufferFactory) response.bufferFactory();
		HandshakeInfo info = handshakeInfoFactory.get();
		WebsocketServerSpec spec = spec(subProtocol);
		Connection[] connection = new Connection[1];
		reactorResponse.withConnection((found) -> connection[0] = found);
		// on its event loop: from another thread a frame that comes right behind the
		// handshake can find the old operations in place, and is lost with them
		Scheduler eventLoop = Schedulers.fromExecutor(connection[0].channel().eventLoop());
		return response.setComplete()
			.then(Mono.deferContextual((context) -> reactorResponse.sendWebsocket((in, out) -> {
				ChannelSession session = new ChannelSession(in, out, info, buffers, this.settings.maxFrameSize(),
						exchange);
				return handler.handle(session).contextWrite(context);
			}, spec)).subscribeOn(eventLoop));
	}

	private WebsocketServerSpec spec(@Nullable String subProtocol) {
		WebsocketServerSpec.Builder builder = WebsocketServerSpec.builder()
			.maxFramePayloadLength(this.settings.maxFrameSize())
			.compress(this.settings.compression());
		return ((subProtocol != null) ? builder.protocols(subProtocol) : builder).build();
	}

}

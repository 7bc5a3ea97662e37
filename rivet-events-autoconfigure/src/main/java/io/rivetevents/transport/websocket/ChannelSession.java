package io.rivetevents.transport.websocket;

import io.netty.channel.Channel;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.adapter.ReactorNettyWebSocketSession;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.Connection;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * A session that knows its channel, so that messages can be written without a publisher
 * between, and the request that began it.
 */
final class ChannelSession extends ReactorNettyWebSocketSession {

	private final ServerWebExchange exchange;

	private final Connection connection;

	ChannelSession(WebsocketInbound in, WebsocketOutbound out, HandshakeInfo info, NettyDataBufferFactory buffers,
			int maxFrameSize, ServerWebExchange exchange) {
		super(in, out, info, buffers, maxFrameSize);
		this.exchange = exchange;
		Connection[] found = new Connection[1];
		in.withConnection((connection) -> found[0] = connection);
		this.connection = found[0];
	}

	ServerWebExchange exchange() {
		return this.exchange;
	}

	Connection connection() {
		return this.connection;
	}

	Channel channel() {
		return this.connection.channel();
	}

}

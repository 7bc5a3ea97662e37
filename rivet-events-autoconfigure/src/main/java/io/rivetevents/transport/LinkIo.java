package io.rivetevents.transport;

import io.netty.channel.EventLoop;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.netty.http.server.HttpServerResponse;

import io.rivetevents.connection.Bursts;
import io.rivetevents.outlet.ChannelOutlets;

/**
 * How links read and write.
 *
 * @param direct whether they go to the channel itself where that is possible, below
 * WebFlux
 * @param outlets the ways to the sockets of the node
 * @param bursts what event loops do at a stretch
 */
public record LinkIo(boolean direct, ChannelOutlets outlets, Bursts bursts) {

	/**
	 * Begin what the event loop of a request does at a stretch; without effect on another
	 * thread.
	 * @param exchange the request
	 */
	public void beginBurst(ServerWebExchange exchange) {
		HttpServerResponse response = ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
		response.withConnection((connection) -> {
			EventLoop eventLoop = connection.channel().eventLoop();
			if (eventLoop.inEventLoop()) {
				this.bursts.begin(eventLoop);
			}
		});
	}

}

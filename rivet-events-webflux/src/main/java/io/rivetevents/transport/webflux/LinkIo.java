package io.rivetevents.transport.webflux;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerResponse;

import io.rivetevents.scheduling.WakeupBatches;
import io.rivetevents.transport.HandshakeRequest;
import io.rivetevents.transport.netty.ChannelWriters;
import io.rivetevents.transport.netty.DirectWrites;

/**
 * How links read and write.
 *
 * @param direct whether they go to the channel itself where that is possible, below
 * WebFlux
 * @param outlets the ways to the sockets of the node
 * @param bursts what event loops do at a stretch
 * @param addresses finds out for which addresses clients count
 */
public record LinkIo(boolean direct, ChannelWriters outlets, WakeupBatches bursts, ClientAddresses addresses) {

	/**
	 * Returns what a handshake may see of a request.
	 * @param exchange the request
	 */
	public HandshakeRequest read(ServerWebExchange exchange) {
		return new ExchangeRequest(exchange, this.addresses);
	}

	/**
	 * Go on with a request on its event loop, at a stretch with others that wait there.
	 * Looking for a web session has led away from it.
	 * @param work what is to go on
	 * @param exchange the request
	 */
	public <T> Mono<T> onEventLoop(Mono<T> work, ServerWebExchange exchange) {
		EventLoop eventLoop = eventLoop(exchange.getResponse());
		return (eventLoop != null)
				? work.publishOn(Schedulers.fromExecutor(eventLoop)).doOnNext((value) -> this.bursts.begin(eventLoop))
				: work;
	}

	/**
	 * Returns whether messages may be written to the channel itself. To be asked once all
	 * handlers are in the pipeline.
	 * @param codec the handler that makes bytes, whose work is done by what writes
	 */
	public boolean mayWriteAt(ChannelHandlerContext codec) {
		return this.direct && DirectWrites.areUnseen(codec);
	}

	/**
	 * Returns the event loop of a channel, which forgets it when it is closed.
	 * @throws AbortedException if the client has closed it
	 */
	public static EventLoop eventLoopOf(Channel channel) {
		try {
			return channel.eventLoop();
		}
		catch (IllegalStateException ex) {
			throw AbortedException.beforeSend();
		}
	}

	/** Return {@code null} in a test without a server. */
	static @Nullable EventLoop eventLoop(ServerHttpResponse response) {
		HttpServerResponse netty = netty(response);
		EventLoop[] eventLoop = new EventLoop[1];
		if (netty != null) {
			netty.withConnection((connection) -> eventLoop[0] = eventLoopOf(connection.channel()));
		}
		return eventLoop[0];
	}

	/**
	 * Returns whether the client of a request is there and has no answer yet. Unknown in
	 * a test without a server, where it returns {@code false}.
	 */
	static boolean awaitsAnswer(ServerHttpRequest request) {
		ServerHttpRequest undecorated = request;
		while (undecorated instanceof ServerHttpRequestDecorator decorator) {
			undecorated = decorator.getDelegate();
		}
		return undecorated instanceof AbstractServerHttpRequest known
				&& nativeRequest(known) instanceof Connection connection && connection.channel().isActive()
				&& !(connection instanceof HttpServerResponse answer && answer.hasSentHeaders());
	}

	private static @Nullable Object nativeRequest(AbstractServerHttpRequest request) {
		try {
			return request.getNativeRequest();
		}
		catch (IllegalStateException ex) {
			return null; // a mock
		}
	}

	/** Return {@code null} in a test without a server. */
	public static @Nullable HttpServerResponse netty(ServerHttpResponse response) {
		ServerHttpResponse undecorated = response;
		while (undecorated instanceof ServerHttpResponseDecorator decorator) {
			undecorated = decorator.getDelegate();
		}
		return (undecorated instanceof AbstractServerHttpResponse known
				&& known.getNativeResponse() instanceof HttpServerResponse netty) ? netty : null;
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

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
import io.rivetevents.transport.session.SessionWatch;

/**
 * Defines how connections read and write.
 *
 * @param direct whether messages are written directly to the channel where possible,
 * without WebFlux
 * @param outlets writers of the node
 * @param bursts batches of work on event loops
 * @param addresses finds the addresses under which clients count
 * @param sessions closes connections of sessions that have ended
 */
public record LinkIo(boolean direct, ChannelWriters outlets, WakeupBatches bursts, ClientAddresses addresses,
		SessionWatch sessions) {

	/**
	 * Returns the view of a request that a handshake uses.
	 * @param exchange the request
	 */
	public HandshakeRequest read(ServerWebExchange exchange) {
		return new ExchangeRequest(exchange, this.addresses, this.sessions);
	}

	/**
	 * Watches a session in which a ticket is issued until the session ends.
	 * @param session permanent id of the session
	 */
	public void ticketIssued(String session) {
		this.sessions.ticketIssued(session);
	}

	/**
	 * Continues a request on its event loop, in one batch with other requests that wait
	 * there. The lookup of a web session may have left the event loop.
	 * @param work the work to continue
	 * @param exchange the request
	 */
	public <T> Mono<T> onEventLoop(Mono<T> work, ServerWebExchange exchange) {
		EventLoop eventLoop = eventLoop(exchange.getResponse());
		return (eventLoop != null)
				? work.publishOn(Schedulers.fromExecutor(eventLoop)).doOnNext((value) -> this.bursts.begin(eventLoop))
				: work;
	}

	/**
	 * Returns whether messages may be written directly to the channel. Call it when all
	 * handlers are in the pipeline.
	 * @param codec the handler that encodes messages, which the writer replaces
	 */
	public boolean mayWriteAt(ChannelHandlerContext codec) {
		return this.direct && DirectWrites.areUnseen(codec);
	}

	/**
	 * Returns the event loop of a channel. A closed channel has none.
	 * @throws AbortedException if the client has closed the channel
	 */
	public static EventLoop eventLoopOf(Channel channel) {
		try {
			return channel.eventLoop();
		}
		catch (IllegalStateException ex) {
			throw AbortedException.beforeSend();
		}
	}

	/** Returns the event loop of an answer; {@code null} in a test without a server. */
	static @Nullable EventLoop eventLoop(ServerHttpResponse response) {
		HttpServerResponse netty = netty(response);
		EventLoop[] eventLoop = new EventLoop[1];
		if (netty != null) {
			netty.withConnection((connection) -> eventLoop[0] = eventLoopOf(connection.channel()));
		}
		return eventLoop[0];
	}

	/**
	 * Returns whether the client of a request is connected and has not received an
	 * answer. Returns {@code false} in a test without a server.
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

	/** Returns the answer of the server; {@code null} in a test without a server. */
	public static @Nullable HttpServerResponse netty(ServerHttpResponse response) {
		ServerHttpResponse undecorated = response;
		while (undecorated instanceof ServerHttpResponseDecorator decorator) {
			undecorated = decorator.getDelegate();
		}
		return (undecorated instanceof AbstractServerHttpResponse known
				&& known.getNativeResponse() instanceof HttpServerResponse netty) ? netty : null;
	}

}

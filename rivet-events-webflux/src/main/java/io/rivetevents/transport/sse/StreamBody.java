/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.sse;

import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.netty.ChannelWriter;
import io.rivetevents.transport.netty.SocketWriter;
import io.rivetevents.transport.netty.SocketWriterHandler;
import io.rivetevents.transport.netty.PublisherWriter;
import io.rivetevents.transport.webflux.LinkIo;

/**
 * The body of an answer that stays open as long as its stream. Messages are written
 * directly to the channel as chunks of the body, or by WebFlux where that is not
 * possible.
 *
 * @param outlet writes messages
 * @param bytes what WebFlux has to write; its end ends the body
 * @param completion ends the body
 */
record StreamBody(SocketWriter outlet, Flux<ByteBuf> bytes, Runnable completion) {

	static StreamBody open(ServerWebExchange exchange, Connection connection, OutboundQueue.Limits limits, LinkIo io,
			SocketWriter.Ending ending) {
		ChannelHandlerContext codec = chunkedCodec(exchange, connection);
		if (codec == null || !io.mayWriteAt(codec)) {
			PublisherWriter outlet = new PublisherWriter(connection.channel(), Encoding.EVENT_STREAM, limits,
					io.outlets(), ending);
			return new StreamBody(outlet, outlet.messages().map((batch) -> outlet.wrap(join(batch))), outlet::complete);
		}
		ChannelWriter outlet = new ChannelWriter(codec, ChunkFraming.CHUNK, Encoding.EVENT_STREAM, limits, io.outlets(),
				ending);
		Sinks.Empty<ByteBuf> end = Sinks.empty();
		connection.addHandlerLast("rivet.stream", new SocketWriterHandler(outlet));
		return new StreamBody(outlet, end.asMono().flux(), () -> {
			outlet.close();
			end.tryEmitEmpty();
		});
	}

	/**
	 * Returns the handler that writes chunks; {@code null} over HTTP/2 and HTTP/1.0,
	 * which have none.
	 */
	private static @Nullable ChannelHandlerContext chunkedCodec(ServerWebExchange exchange, Connection connection) {
		HttpServerRequest request = ServerHttpRequestDecorator.getNativeRequest(exchange.getRequest());
		boolean chunked = request.version().equals(HttpVersion.HTTP_1_1);
		return chunked ? connection.channel().pipeline().context(HttpServerCodec.class) : null;
	}

	private static byte[] join(List<byte[]> batch) {
		if (batch.size() == 1) {
			return batch.get(0);
		}
		byte[] joined = new byte[batch.stream().mapToInt((message) -> message.length).sum()];
		int position = 0;
		for (byte[] message : batch) {
			System.arraycopy(message, 0, joined, position, message.length);
			position += message.length;
		}
		return joined;
	}

	void complete() {
		this.completion.run();
	}

}

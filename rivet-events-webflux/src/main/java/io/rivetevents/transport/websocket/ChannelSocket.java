/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.websocket.WebsocketInbound;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.netty.ChannelWriter;

/**
 * A socket that reads and writes messages directly on the channel, without WebFlux.
 * Reactor Netty answers the closing handshake of the client.
 */
final class ChannelSocket implements Socket {

	private final WebsocketInbound in;

	private final Channel channel;

	/** Kept here, because a closed channel returns none. */
	private final EventLoop eventLoop;

	private final ActorWebSocketHandler owner;

	private final ChannelWriter outlet;

	/** {@code null} before the socket is read. */
	private @Nullable FrameReader reader;

	private ChannelSocket(WebsocketInbound in, EventLoop eventLoop, ChannelHandlerContext encoder, Encoding encoding,
			ActorWebSocketHandler owner) {
		this.in = in;
		this.channel = encoder.channel();
		this.eventLoop = eventLoop;
		this.owner = owner;
		this.outlet = new ChannelWriter(encoder, encoding.isText() ? FrameFraming.TEXT : FrameFraming.BINARY, encoding,
				owner.settings().outbound(), owner.io().outlets(), this::close);
	}

	/**
	 * Opens a socket.
	 * @return {@code null} if the channel does not carry plain frames: over HTTP/2, with
	 * compression, or if another handler processes them
	 */
	static @Nullable ChannelSocket open(WebsocketInbound in, Channel channel, EventLoop eventLoop, Encoding encoding,
			ActorWebSocketHandler owner) {
		ChannelHandlerContext encoder = channel.pipeline().context(WebSocketFrameEncoder.class);
		boolean plain = encoder != null && owner.io().mayWriteAt(encoder);
		return plain ? new ChannelSocket(in, eventLoop, encoder, encoding, owner) : null;
	}

	@Override
	public EventLoop eventLoop() {
		return this.eventLoop;
	}

	@Override
	public ChannelFuture closeFuture() {
		return this.channel.closeFuture();
	}

	@Override
	public OutboundQueue queue() {
		return this.outlet.queue();
	}

	@Override
	public Mono<Void> run(Listener listener) {
		this.reader = FrameReader.install(this.channel, listener, this.outlet, this.owner, true);
		return this.in.receiveObject().then();
	}

	private void close(CloseReason reason, byte @Nullable [] lastWord) {
		if (lastWord != null) {
			this.outlet.write(lastWord);
		}
		if (this.reader != null) {
			this.reader.sendClose(this.channel, reason);
		}
		else {
			this.channel.close();
		}
	}

	@Override
	public void ping() {
		if (!this.outlet.isClosed() && this.channel.isWritable()) {
			this.channel.writeAndFlush(new PingWebSocketFrame());
		}
	}

	@Override
	public void cut() {
		this.channel.close();
	}

}

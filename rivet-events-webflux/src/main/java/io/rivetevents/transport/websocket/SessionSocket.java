/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.transport.netty.PublisherWriter;

/**
 * A socket that reads and writes by WebFlux, where {@link ChannelSocket} is not possible.
 */
final class SessionSocket implements Socket {

	private final WebSocketSession session;

	private final Channel channel;

	/** Kept here, because a closed channel returns none. */
	private final EventLoop eventLoop;

	private final Encoding encoding;

	private final ActorWebSocketHandler owner;

	private final PublisherWriter outlet;

	private @Nullable CloseReason closeReason;

	/**
	 * Opens a socket.
	 * @param session the session
	 * @param channel its channel
	 * @param eventLoop the event loop of the channel
	 * @param encoding encoding of the messages
	 * @param owner limits
	 */
	SessionSocket(WebSocketSession session, Channel channel, EventLoop eventLoop, Encoding encoding,
			ActorWebSocketHandler owner) {
		this.session = session;
		this.channel = channel;
		this.eventLoop = eventLoop;
		this.encoding = encoding;
		this.owner = owner;
		this.outlet = new PublisherWriter(channel, encoding, owner.settings().outbound(), owner.io().outlets(),
				this::close);
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
		FrameReader reader = FrameReader.install(this.channel, listener, this.outlet, this.owner, false);
		Mono<Void> received = this.session.receive()
			.doOnNext((message) -> onMessage(message, listener))
			.doFinally((signal) -> eventLoop().execute(this.outlet::complete))
			.then();
		Flux<WebSocketMessage> messages = this.outlet.messages()
			.concatMapIterable((batch) -> batch, 1)
			.map(this::toMessage);
		return Mono.when(received, this.session.send(messages).then(Mono.defer(() -> closeSession(reader))));
	}

	private static void onMessage(WebSocketMessage message, Listener listener) {
		DataBuffer payload = message.getPayload();
		byte[] bytes = new byte[payload.readableByteCount()];
		payload.read(bytes);
		listener.onMessage(bytes, message.getType() == WebSocketMessage.Type.TEXT);
	}

	private WebSocketMessage toMessage(byte[] bytes) {
		DataBuffer payload = ((NettyDataBufferFactory) this.session.bufferFactory()).wrap(this.outlet.wrap(bytes));
		return new WebSocketMessage(this.encoding.isText() ? WebSocketMessage.Type.TEXT : WebSocketMessage.Type.BINARY,
				payload);
	}

	/**
	 * Closes after the messages that have been passed to WebFlux, which may not be
	 * written yet.
	 */
	private void close(CloseReason reason, byte @Nullable [] lastWord) {
		this.closeReason = reason;
		if (lastWord != null) {
			this.outlet.write(lastWord);
		}
		this.outlet.complete();
		if (queue().isOverrun()) {
			FrameReader.closeSoon(this.channel);
		}
	}

	/**
	 * Closes the socket with a close frame and a delay. The session would close it at
	 * once: unread data of the client would make the system reset the connection.
	 */
	private Mono<Void> closeSession(FrameReader reader) {
		return Mono.fromRunnable(() -> {
			CloseReason reason = this.closeReason;
			if (reason != null) {
				reader.sendClose(this.channel, reason);
			}
		});
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

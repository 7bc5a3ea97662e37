/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.benchmarks.load;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import org.jspecify.annotations.Nullable;

/**
 * The practical upper limit for Java, for comparison in the load run: one event loop, one
 * frame for each broadcast, retained duplicates of it to every channel of the room, one
 * flush for each channel and batch of reads. Nothing is parsed, limited or checked.
 * <p>
 * Text messages: {@code room|data} broadcasts to the room of {@code /ws?room=<room>},
 * {@code |data} is echoed. Its messages have the JSON envelope of the protocol.
 */
final class RawNetty {

	private static final int MAX_FRAME = 1024 * 1024;

	/**
	 * Channels by the name of their room; not concurrent, because there is one event
	 * loop.
	 */
	private static final Map<String, Room> rooms = new HashMap<>();

	private RawNetty() {
	}

	/**
	 * Serves until the process is stopped.
	 * @param args the port
	 */
	public static void main(String[] args) throws InterruptedException {
		new ServerBootstrap().group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
			.channel(EpollServerSocketChannel.class)
			.option(ChannelOption.SO_BACKLOG, 4096)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childHandler(new ChannelInitializer<>() {

				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline()
						.addLast(new HttpServerCodec(), new HttpObjectAggregator(65536),
								new WebSocketServerProtocolHandler("/ws", null, true, MAX_FRAME, false, true),
								new Handler());
				}

			})
			.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])))
			.sync()
			.channel()
			.closeFuture()
			.sync();
	}

	private static final class Handler extends SimpleChannelInboundHandler<TextWebSocketFrame> {

		private final Set<Room> unflushed = new LinkedHashSet<>(4);

		private @Nullable Room room;

		@Override
		public void userEventTriggered(ChannelHandlerContext context, Object event) {
			if (event instanceof HandshakeComplete done) {
				int at = done.requestUri().indexOf("room=");
				if (at > 0) {
					this.room = rooms.computeIfAbsent(done.requestUri().substring(at + 5), (name) -> new Room());
					this.room.add(context.channel());
				}
			}
		}

		@Override
		protected void channelRead0(ChannelHandlerContext context, TextWebSocketFrame message) {
			String text = message.text();
			int bar = text.indexOf('|');
			String data = text.substring(bar + 1);
			if (bar == 0) {
				context.write(frame(context,
						"{\"body\":{\"tag\":\"ActionResponse\",\"val\":{\"id\":[\"$BigInt\",\"0\"],\"output\":\"" + data
								+ "\"}}}"));
				return;
			}
			Room to = rooms.get(text.substring(0, bar));
			if (to != null) {
				broadcast(frame(context,
						"{\"body\":{\"tag\":\"Event\",\"val\":{\"name\":\"msg\",\"args\":[\"" + data + "\"]}}}"), to);
			}
		}

		private void broadcast(ByteBuf frame, Room to) {
			for (Channel channel : to) {
				channel.write(frame.retainedDuplicate());
			}
			frame.release();
			this.unflushed.add(to);
		}

		@Override
		public void channelReadComplete(ChannelHandlerContext context) {
			context.flush();
			this.unflushed.forEach((to) -> to.forEach(Channel::flush));
			this.unflushed.clear();
		}

		@Override
		public void channelInactive(ChannelHandlerContext context) {
			if (this.room != null) {
				this.room.remove(context.channel());
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			context.close();
		}

		private static ByteBuf frame(ChannelHandlerContext context, String text) {
			int size = ByteBufUtil.utf8Bytes(text);
			ByteBuf frame = context.alloc().directBuffer(size + 10);
			frame.writeByte(0x81);
			if (size < 126) {
				frame.writeByte(size);
			}
			else if (size < 65536) {
				frame.writeByte(126).writeShort(size);
			}
			else {
				frame.writeByte(127).writeLong(size);
			}
			ByteBufUtil.writeUtf8(frame, text);
			return frame;
		}

	}

	/** Compares by identity, so that a set of these objects is cheap. */
	private static final class Room extends ArrayList<Channel> {

		@Override
		public int hashCode() {
			return System.identityHashCode(this);
		}

		@Override
		public boolean equals(Object other) {
			return this == other;
		}

	}

}

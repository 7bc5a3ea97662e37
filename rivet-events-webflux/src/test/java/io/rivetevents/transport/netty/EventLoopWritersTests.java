/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.ReferenceCountUtil;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an event loop does for many outlets, on a real one with a real socket. All of them
 * write to that socket; a handler keeps what they write, so nothing is sent.
 */
class EventLoopWritersTests {

	private static final OutboundQueue.Limits LIMITS = new OutboundQueue.Limits(1_000_000, 100_000);

	private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

	private final WakeupBatches bursts = new WakeupBatches(VirtualTimeScheduler.create());

	private final ChannelWriters outlets = new ChannelWriters(Limits.defaults());

	private final Socket client = new Socket();

	private final Recorder recorder = new Recorder();

	private List<ChannelWriter> many = List.of();

	@BeforeEach
	void connect() throws Exception {
		CompletableFuture<ChannelHandlerContext> connected = new CompletableFuture<>();
		ChannelInboundHandlerAdapter codec = new ChannelInboundHandlerAdapter() {

			@Override
			public void channelActive(ChannelHandlerContext context) {
				connected.complete(context);
			}

		};
		Channel server = new ServerBootstrap().group(this.group)
			.channel(NioServerSocketChannel.class)
			.childHandler(this.recorder)
			.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.sync()
			.channel();
		this.recorder.next = codec;
		this.client.connect(server.localAddress());
		ChannelHandlerContext context = connected.get(5, TimeUnit.SECONDS);
		this.many = Stream.generate(() -> outlet(context)).limit(250).toList();
	}

	@AfterEach
	void end() throws IOException {
		this.client.close();
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
	}

	@Test
	void readsBetweenManySockets() {
		this.recorder.atTenth = this::sayFromClient;
		this.recorder.onRead = () -> sendToAll("b");
		sendToAll("a");
		List<String> writes = this.recorder.writes;
		Awaitility.await().untilAsserted(() -> assertThat(writes).hasSize(100 + 150 + 100));
		assertThat(writes.subList(0, 100)).containsOnly("a");
		assertThat(writes.subList(100, 250)).containsOnly("ab");
		assertThat(writes.subList(250, 350)).containsOnly("b");
	}

	@Test
	void servesAllWhenTheLoopIsEnding() throws Exception {
		this.group.next().execute(() -> {
			this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
			sendToAll("a");
		});
		assertServesAll();
	}

	@Test
	void servesAllWhenTheLoopEndsBeforeItGoesOn() throws Exception {
		this.group.next().execute(() -> {
			sendToAll("a");
			this.group.next().execute(() -> this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS));
		});
		assertServesAll();
	}

	private void assertServesAll() throws InterruptedException {
		assertThat(this.group.terminationFuture().await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(this.recorder.writes).hasSize(250);
	}

	private void sayFromClient() {
		try {
			this.client.getOutputStream().write('!');
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private ChannelWriter outlet(ChannelHandlerContext codec) {
		return new ChannelWriter(codec, TestWire.LINES, Encoding.JSON, LIMITS, this.outlets, (reason, lastWord) -> {
		});
	}

	private void sendToAll(String text) {
		OutgoingMessage event = OutgoingMessage
			.of(new ToClient.Event("e", List.of(JsonNodeFactory.instance.stringNode(text))));
		this.bursts.run(() -> this.many.forEach((outlet) -> outlet.queue().send(event)));
	}

	/** Keeps what is written: of each write the texts of its events. */
	private static final class Recorder extends ChannelDuplexHandler {

		private final List<String> writes = new CopyOnWriteArrayList<>();

		private Runnable atTenth = () -> {
		};

		private Runnable onRead = () -> {
		};

		private volatile ChannelInboundHandlerAdapter next = new ChannelInboundHandlerAdapter();

		@Override
		public void handlerAdded(ChannelHandlerContext context) {
			context.pipeline().addLast(this.next);
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ReferenceCountUtil.release(message);
			this.onRead.run();
		}

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			ByteBuf bytes = (ByteBuf) message;
			this.writes.add(bytes.toString(StandardCharsets.UTF_8).replaceAll("(?m)^.*\\[\"(.)\"].*\n", "$1"));
			bytes.release();
			if (this.writes.size() == 10) {
				this.atTenth.run();
			}
		}

		@Override
		public void flush(ChannelHandlerContext context) {
		}

	}

}

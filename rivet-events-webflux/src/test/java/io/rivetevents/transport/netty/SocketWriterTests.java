/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;
import io.rivetevents.outbound.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.protocol.ToClient;
import io.rivetevents.protocol.encoding.Encoding;
import io.rivetevents.protocol.encoding.OutgoingMessage;
import io.rivetevents.scheduling.WakeupBatches;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Outlets on real sockets: the direct memory that clients hold by not reading, and whom a
 * failure ends.
 */
class SocketWriterTests {

	private static final int MAX = 2 * 1024 * 1024;

	private static final CloseReason SLOW = CloseReason.of(ErrorCode.SLOW_CONSUMER);

	private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());

	private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

	private final Limits limits = new Limits(withSending(MAX));

	private final ChannelWriters outlets = new ChannelWriters(this.limits);

	private final BlockingQueue<ChannelHandlerContext> accepted = new LinkedBlockingQueue<>();

	private final List<Socket> clients = new ArrayList<>();

	private final List<ChannelHandlerContext> contexts = new ArrayList<>();

	private final WakeupBatches bursts = new WakeupBatches(VirtualTimeScheduler.create());

	private Channel server;

	@BeforeEach
	void listen() throws Exception {
		BlockingQueue<ChannelHandlerContext> accepted = this.accepted;
		this.server = new ServerBootstrap().group(this.group)
			.channel(NioServerSocketChannel.class)
			.childOption(ChannelOption.SO_SNDBUF, 8 * 1024)
			.childOption(ChannelOption.ALLOCATOR, this.allocator)
			.childHandler(new ChannelInitializer<Channel>() {

				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {

						@Override
						public void channelActive(ChannelHandlerContext context) {
							accepted.add(context);
						}

					});
				}

			})
			.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.sync()
			.channel();
	}

	@AfterEach
	void leavesNoBuffer() throws Exception {
		for (Socket client : this.clients) {
			client.close();
		}
		Awaitility.await().untilAsserted(() -> {
			assertThat(this.limits.sending().used()).isZero();
			assertThat(this.allocator.metric().usedDirectMemory()).isZero();
		});
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
	}

	/** Each is sent something of its own, and reads nothing. */
	@Test
	void staysWithinItsBound() throws Exception {
		List<ChannelWriter> outlets = connect(60);
		for (int round = 0; round < 10; round++) {
			outlets.forEach((outlet) -> outlet.queue().send(event(100_000)));
			Awaitility.await().untilAsserted(() -> assertThat(this.limits.sending().isExceeded()).isFalse());
			// four kept for a moment by each loop, and one that is being written
			assertThat(this.allocator.metric().usedDirectMemory()).isLessThan(MAX + 2 * 5 * 300_000);
		}
		Awaitility.await()
			.untilAsserted(() -> assertThat(outlets).anyMatch((outlet) -> SLOW.equals(outlet.queue().closeReason())));
		assertThat(this.limits.hits().count(Limit.NODE_SENDING)).isPositive();
	}

	/** They hold the same bytes, which count once. */
	@Test
	void countsABroadcastOnce() throws Exception {
		List<ChannelWriter> outlets = connect(60);
		OutgoingMessage event = event(500_000);
		this.bursts.run(() -> outlets.forEach((outlet) -> outlet.queue().send(event)));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.limits.sending().used()).isBetween(500_000L, 1_100_000L));
		assertThat(outlets).allMatch((outlet) -> outlet.queue().closeReason() == null);
	}

	/** A client that reads gets all, however little the others leave. */
	@Test
	void givesAllToAClientThatReads() throws Exception {
		List<ChannelWriter> outlets = connect(40);
		Socket reading = this.clients.get(0);
		for (int round = 0; round < 10; round++) {
			outlets.forEach((outlet) -> outlet.queue().send(event(40_000)));
		}
		int size = 10 * (event(40_000).encodedAs(Encoding.JSON).length + 1);
		reading.setSoTimeout(10_000);
		assertThat(reading.getInputStream().readNBytes(size)).hasSize(size);
		assertThat(outlets.get(0).queue().closeReason()).isNull();
	}

	/** All of them are served in one go of two event loops. */
	@ParameterizedTest
	@MethodSource("io.rivetevents.transport.netty.ChannelWriterTests#failures")
	void endsOnlyTheSocketThatCannotBeWrittenTo(Throwable failure) throws Exception {
		List<ChannelWriter> outlets = new ArrayList<>(connect(150));
		List<ChannelWriter> broken = connect(2, new ChannelWriterTests.Broken(failure));
		broken.forEach((outlet) -> outlets.add(7, outlet));
		OutgoingMessage event = event(10);
		this.bursts.run(() -> outlets.forEach((outlet) -> outlet.queue().send(event)));
		int size = event.encodedAs(Encoding.JSON).length + 1;
		for (Socket client : this.clients.subList(0, 150)) {
			client.setSoTimeout(10_000);
			assertThat(client.getInputStream().readNBytes(size)).hasSize(size);
		}
		for (Socket client : this.clients.subList(150, 152)) {
			assertThat(client.getInputStream().read()).isEqualTo(-1);
		}
		assertThat(broken)
			.allMatch((outlet) -> CloseReason.of(ErrorCode.INTERNAL_ERROR).equals(outlet.queue().closeReason()));
	}

	/** One thread sends to all; it must not notice. */
	@Test
	void endsOnlyTheSocketsThatGetNoBuffer() throws Exception {
		List<ChannelWriter> outlets = connect(20);
		UnpooledByteBufAllocator none = new UnpooledByteBufAllocator(true);
		List<ChannelHandlerContext> contexts = List.copyOf(this.contexts);
		contexts.get(3).channel().config().setAllocator(new NoBuffers(none));
		// not the same messages, or it would share the bytes of the others
		for (int i = 0; i < 20; i++) {
			outlets.get(i).queue().send(event(10 + i));
		}
		for (int i = 0; i < 20; i++) {
			int size = event(10 + i).encodedAs(Encoding.JSON).length + 1;
			assertThat(this.clients.get(i).getInputStream().readNBytes(size)).hasSize((i == 3) ? 0 : size);
		}
	}

	private static final class NoBuffers extends AbstractByteBufAllocator {

		private final UnpooledByteBufAllocator heap;

		NoBuffers(UnpooledByteBufAllocator heap) {
			this.heap = heap;
		}

		@Override
		protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
			return this.heap.heapBuffer(initialCapacity, maxCapacity);
		}

		@Override
		protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
			throw new OutOfMemoryError("injected");
		}

		@Override
		public boolean isDirectBufferPooled() {
			return false;
		}

	}

	private List<ChannelWriter> connect(int count) throws IOException, InterruptedException {
		return connect(count, TestWire.LINES);
	}

	private List<ChannelWriter> connect(int count, Framing framing) throws IOException, InterruptedException {
		List<ChannelWriter> outlets = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Socket client = new Socket();
			client.setReceiveBufferSize(8 * 1024);
			client.connect(this.server.localAddress());
			this.clients.add(client);
			ChannelHandlerContext context = this.accepted.poll(5, TimeUnit.SECONDS);
			assertThat(context).isNotNull();
			this.contexts.add(context);
			ChannelWriter outlet = new ChannelWriter(context, framing, Encoding.JSON,
					new OutboundQueue.Limits(4_000_000, 1_000_000), this.outlets, (reason, lastWord) -> {
					});
			context.pipeline().addLast(new Writability(outlet));
			outlets.add(outlet);
		}
		return outlets;
	}

	private static final class Writability extends ChannelInboundHandlerAdapter {

		private final ChannelWriter outlet;

		Writability(ChannelWriter outlet) {
			this.outlet = outlet;
		}

		@Override
		public void channelWritabilityChanged(ChannelHandlerContext context) {
			this.outlet.writabilityChanged();
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			((ByteBuf) message).release();
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
			context.close();
		}

	}

	private static OutgoingMessage event(int size) {
		return OutgoingMessage
			.of(new ToClient.Event("e", List.of(JsonNodeFactory.instance.stringNode("x".repeat(size)))));
	}

	private static LimitSettings withSending(long bytes) {
		LimitSettings.Node node = LimitSettings.DEFAULTS.node();
		return LimitSettings.DEFAULTS
			.withNode(new LimitSettings.Node(node.connections(), node.pendingBytes(), node.queuedBytes(),
					node.subscriptionBytes(), node.historyBytes(), node.answerBytes(), node.awakeBytes(),
					node.storedBytes(), node.receivingBytes(), bytes, node.compressionBytes(), node.requestBytes()));
	}

}

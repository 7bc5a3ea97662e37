package io.rivetevents.outlet;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.node.JsonNodeFactory;

import io.rivetevents.connection.Bursts;
import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.protocol.Encoding;
import io.rivetevents.protocol.OutgoingMessage;
import io.rivetevents.protocol.ToClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an event loop does for many sockets, on a real one.
 */
class EventLoopOutletsTests {

	private static final OutboundQueue.Limits LIMITS = new OutboundQueue.Limits(1_000_000, 100_000);

	private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, LocalIoHandler.newFactory());

	private final EventLoop loop = this.group.next();

	private final Bursts bursts = new Bursts(VirtualTimeScheduler.create());

	private final ChannelOutlets outlets = new ChannelOutlets();

	@AfterEach
	void end() {
		this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
	}

	@Test
	void readsBetweenManySockets() throws Exception {
		Recorder recorder = new Recorder();
		ChannelHandlerContext codec = connect(recorder);
		List<ChannelOutlet> many = Stream.generate(() -> outlet(codec)).limit(250).toList();
		recorder.atTenth = () -> sendToAll(many, "b");
		sendToAll(many, "a");
		List<String> writes = recorder.writes;
		Awaitility.await().untilAsserted(() -> assertThat(writes).hasSize(100 + 150 + 100));
		assertThat(writes.subList(0, 100)).containsOnly("a");
		assertThat(writes.subList(100, 250)).containsOnly("ab");
		assertThat(writes.subList(250, 350)).containsOnly("b");
	}

	@Test
	void servesAllBeforeItEnds() throws Exception {
		Recorder recorder = new Recorder();
		ChannelHandlerContext codec = connect(recorder);
		List<ChannelOutlet> many = Stream.generate(() -> outlet(codec)).limit(250).toList();
		this.loop.execute(() -> {
			this.group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
			sendToAll(many, "a");
		});
		assertThat(this.group.terminationFuture().await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(recorder.writes).hasSize(250);
	}

	private ChannelHandlerContext connect(Recorder recorder) throws InterruptedException {
		LocalChannel channel = new LocalChannel();
		channel.pipeline().addLast(recorder, new ChannelInboundHandlerAdapter());
		this.loop.register(channel).sync();
		return channel.pipeline().lastContext();
	}

	private ChannelOutlet outlet(ChannelHandlerContext codec) {
		return new ChannelOutlet(codec, TestWire.LINES, Encoding.JSON, LIMITS, this.outlets, (reason, lastWord) -> {
		});
	}

	private void sendToAll(List<ChannelOutlet> outlets, String text) {
		OutgoingMessage event = OutgoingMessage
			.of(new ToClient.Event("e", List.of(JsonNodeFactory.instance.stringNode(text)), null));
		this.bursts.run(() -> outlets.forEach((outlet) -> outlet.queue().send(event)));
	}

	/** Keeps what is written: of each write the texts of its events. */
	private final class Recorder extends ChannelOutboundHandlerAdapter {

		private final List<String> writes = new CopyOnWriteArrayList<>();

		/** Happens once the loop reads the next time. */
		private Runnable atTenth = () -> {
		};

		@Override
		public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
			ByteBuf bytes = (ByteBuf) message;
			this.writes.add(bytes.toString(StandardCharsets.UTF_8).replaceAll("(?m)^.*\\[\"(.)\"].*\n", "$1"));
			bytes.release();
			if (this.writes.size() == 10) {
				EventLoopOutletsTests.this.loop.schedule(this.atTenth, 0, TimeUnit.NANOSECONDS);
			}
		}

		@Override
		public void flush(ChannelHandlerContext context) {
		}

	}

}

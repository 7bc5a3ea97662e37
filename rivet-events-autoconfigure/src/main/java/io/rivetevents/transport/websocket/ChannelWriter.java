package io.rivetevents.transport.websocket;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import org.springframework.web.reactive.socket.CloseStatus;

import io.rivetevents.connection.OutboundQueue;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.Encoding;

/**
 * Moves messages from a connection's queue to its socket, on the event loop of the
 * socket: as many as the socket takes, then one flush. What it does not take stays in the
 * queue, where it counts.
 */
final class ChannelWriter extends ChannelInboundHandlerAdapter {

	/** What a client that reads no more gets to read a close frame. */
	private static final long LAST_WORD_MILLIS = 1000;

	private final ChannelSession session;

	private final Channel channel;

	private final Encoding encoding;

	private final OutboundQueue queue;

	private final AtomicBoolean woken = new AtomicBoolean();

	private boolean closed;

	/**
	 * Create a writer.
	 * @param session the socket
	 * @param encoding how messages are written
	 * @param limits bounds of the queue
	 */
	ChannelWriter(ChannelSession session, Encoding encoding, OutboundQueue.Limits limits) {
		this.session = session;
		this.channel = session.channel();
		this.encoding = encoding;
		this.queue = new OutboundQueue(encoding, limits, this::wake);
	}

	OutboundQueue queue() {
		return this.queue;
	}

	/** Begin to listen when the socket takes more. */
	void start() {
		this.session.connection().addHandlerLast("rivet.writer", this);
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		drain();
		context.fireChannelWritabilityChanged();
	}

	/** Something has changed in the queue. */
	private void wake() {
		if (this.woken.compareAndSet(false, true)) {
			this.channel.eventLoop().execute(this::drain);
		}
	}

	private void drain() {
		// before the queue is looked at: who puts in after that look wakes again
		this.woken.set(false);
		boolean written = false;
		while (this.channel.isWritable()) {
			byte[] bytes = this.queue.poll();
			if (bytes == null) {
				break;
			}
			this.channel.write(frame(bytes), this.channel.voidPromise());
			written = true;
		}
		if (written) {
			this.channel.flush();
		}
		CloseReason reason = this.queue.closeReason();
		if (reason != null && !this.closed && (this.queue.isOverrun() || this.queue.isEmpty())) {
			close(reason);
		}
	}

	private WebSocketFrame frame(byte[] bytes) {
		ByteBuf buffer = Unpooled.wrappedBuffer(bytes);
		return this.encoding.isText() ? new TextWebSocketFrame(buffer) : new BinaryWebSocketFrame(buffer);
	}

	private void close(CloseReason reason) {
		this.closed = true;
		byte[] lastWord = this.queue.lastWord();
		if (lastWord != null) {
			this.channel.write(frame(lastWord), this.channel.voidPromise());
		}
		this.session.close(new CloseStatus(reason.code(), reason.reason()))
			.subscribe(null, (ex) -> this.channel.close());
		// a peer that reads nothing, or answers nothing, is not waited for
		this.channel.eventLoop().schedule(() -> this.channel.close(), LAST_WORD_MILLIS, TimeUnit.MILLISECONDS);
	}

	/** Send a ping, if the socket takes it. */
	void ping() {
		if (!this.closed && this.channel.isWritable()) {
			this.channel.writeAndFlush(new PingWebSocketFrame());
		}
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.websocket;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionDecoder;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.failure.RepeatedFailures;
import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.CloseReason;
import io.rivetevents.protocol.ErrorCode;
import io.rivetevents.transport.PartialMessage;
import io.rivetevents.transport.netty.SocketWriter;
import io.rivetevents.transport.netty.SocketWriterHandler;

/**
 * Reads messages from the bytes of a client. It replaces Netty's decoder, which buffers
 * complete frames and checks sizes only after other handlers have joined and inflated
 * them. This reader checks each length before it buffers anything, buffers only the
 * received part of a message, and lets at most one pong wait to be written.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5">RFC 6455, section 5</a>
 */
final class FrameReader extends SocketWriterHandler {

	private static final Log logger = LogFactory.getLog(FrameReader.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final int MAX_CONTROL = 125;

	/** Maximum size with head and mask. */
	private static final int MAX_CLOSE_FRAME = MAX_CONTROL + 6;

	/**
	 * Maximum number of empty, non-final frames of one message. They do not increase the
	 * size of the message, so without this limit only the timeout would end it.
	 */
	private static final int MAX_EMPTY = 1000;

	private static final int LINGER_SECONDS = 2;

	/** Maximum number of waits for a client that continues to send. */
	private static final int MAX_LINGERS = 3;

	private final Socket.Listener listener;

	private final WebSocketSettings settings;

	private final Limits limits;

	/** Whether messages are passed to the listener, instead of the pipeline. */
	private final boolean direct;

	/** {@code null} without compression. */
	private final @Nullable Deflated deflated;

	private final FrameHead head = new FrameHead();

	private boolean inPayload;

	private int length;

	private int remaining;

	/** Payload of a control frame, {@code null} in another frame. */
	private byte @Nullable [] control;

	/** Whether a message is incomplete. */
	private boolean inMessage;

	/** Number of frames of the message without a payload. */
	private int empty;

	private boolean text;

	private boolean compressed;

	/** Whether the rest of the message is discarded. */
	private boolean skipped;

	/** {@code null} while nothing is buffered. */
	private @Nullable PartialMessage message;

	private long messageSince;

	private @Nullable ScheduledFuture<?> deadline;

	private boolean pongWaits;

	/** The last ping that arrived while a pong waited to be written. */
	private byte @Nullable [] unanswered;

	private boolean failed;

	/** Whether the server has sent its close frame. */
	private boolean closeSent;

	/** Whether something arrived since the last check, while the socket closes. */
	private boolean heard;

	private FrameReader(Socket.Listener listener, SocketWriter outlet, ActorWebSocketHandler owner, boolean direct,
			boolean deflated) {
		super(outlet);
		this.listener = listener;
		this.settings = owner.settings();
		this.limits = owner.links().limits();
		this.direct = direct;
		this.deflated = deflated ? new Deflated() : null;
	}

	/**
	 * Replaces the decoder of a channel.
	 * @param channel the channel of an open socket
	 * @param listener receives messages and events
	 * @param outlet writer of the channel
	 * @param owner limits
	 * @param direct whether messages are passed to the listener; otherwise they are
	 * passed to the pipeline, and the listener only decides whether to read them
	 * @return the reader
	 */
	static FrameReader install(Channel channel, Socket.Listener listener, SocketWriter outlet,
			ActorWebSocketHandler owner, boolean direct) {
		ChannelPipeline pipeline = channel.pipeline();
		ChannelHandlerContext decoder = pipeline.context(WebSocketFrameDecoder.class);
		if (decoder == null) {
			throw new IllegalStateException("The pipeline has no WebSocket frame decoder: " + pipeline);
		}
		boolean deflated = pipeline.context(WebSocketExtensionDecoder.class) != null;
		FrameReader reader = new FrameReader(listener, outlet, owner, direct, deflated);
		pipeline.replace(decoder.handler(), decoder.name(), reader);
		return reader;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (!(message instanceof ByteBuf in)) {
			context.fireChannelRead(message);
			return;
		}
		// after an invalid frame, a mere close frame is only an answer to the server's
		this.heard |= !this.failed || in.readableBytes() > MAX_CLOSE_FRAME;
		try {
			while (in.isReadable() && !this.failed) {
				read(context, in);
			}
			settle(context);
		}
		catch (Throwable ex) {
			// includes an Error: other clients must not be affected, and this one must
			// receive a close reason
			failures.error(ex,
					() -> "Closing WebSocket %s: a message could not be handled".formatted(context.channel()));
			CloseReason reason = CloseReason.of(ErrorCode.INTERNAL_ERROR);
			fail(context, new WebSocketCloseStatus(reason.code(), reason.reason()));
		}
		finally {
			in.release();
		}
	}

	private void read(ChannelHandlerContext context, ByteBuf in) {
		if (!this.inPayload && this.head.read(in)) {
			begin(context);
		}
		if (this.inPayload) {
			readPayload(context, in);
		}
	}

	/** Checks the head of a frame before anything is buffered. */
	private void begin(ChannelHandlerContext context) {
		long length = this.head.length();
		if (!this.head.isMasked() || length < 0) {
			fail(context, WebSocketCloseStatus.PROTOCOL_ERROR);
		}
		else if (this.head.opcode() >= FrameHead.CLOSE) {
			beginControl(context, length);
		}
		else if (length > this.settings.maxFrameSize()) {
			failTooBig(context);
		}
		else {
			beginData(context, (int) length);
		}
	}

	private void beginControl(ChannelHandlerContext context, long length) {
		boolean known = this.head.opcode() <= FrameHead.PONG;
		if (!known || !this.head.isFinal() || this.head.reserved() != 0 || length > MAX_CONTROL) {
			fail(context, WebSocketCloseStatus.PROTOCOL_ERROR);
			return;
		}
		this.control = new byte[(int) length];
		beginPayload((int) length);
	}

	private void beginData(ChannelHandlerContext context, int length) {
		boolean first = this.head.opcode() != FrameHead.CONTINUATION;
		int reserved = this.head.reserved();
		boolean allowed = reserved == 0 || (first && reserved == FrameHead.COMPRESSED && this.deflated != null);
		if (this.head.opcode() > FrameHead.BINARY || first == this.inMessage || !allowed) {
			fail(context, WebSocketCloseStatus.PROTOCOL_ERROR);
			return;
		}
		if (first) {
			this.inMessage = true;
			this.text = this.head.opcode() == FrameHead.TEXT;
			this.compressed = reserved != 0;
			this.skipped = false;
			this.empty = 0;
			this.messageSince = System.nanoTime();
		}
		int before = (this.message != null) ? this.message.size() : 0;
		if (!this.skipped && !(takesFrame(length) && this.listener.takes(before + (this.compressed ? 0 : length)))) {
			skip();
		}
		beginPayload(length);
	}

	/**
	 * Returns whether a message may have another frame, and rejects the client if not.
	 */
	private boolean takesFrame(int length) {
		if (length > 0 || this.head.isFinal() || ++this.empty <= MAX_EMPTY) {
			return true;
		}
		this.limits.hits().add(Limit.MESSAGE_SIZE);
		this.listener.refuse(CloseReason.of(ErrorCode.INCOMING_TOO_LONG));
		return false;
	}

	private void beginPayload(int length) {
		this.inPayload = true;
		this.length = length;
		this.remaining = length;
	}

	private void readPayload(ChannelHandlerContext context, ByteBuf in) {
		int count = Math.min(this.remaining, in.readableBytes());
		int offset = this.length - this.remaining;
		this.remaining -= count;
		byte[] control = this.control;
		if (control != null) {
			in.readBytes(control, offset, count);
			this.head.unmask(control, offset, count, offset);
		}
		else if (this.skipped) {
			in.skipBytes(count);
		}
		else if (count == this.length && this.head.isFinal() && this.message == null && !this.compressed) {
			readWhole(context, in);
			return;
		}
		else {
			readPart(context, in, count, offset);
		}
		if (this.remaining == 0 && !this.failed) {
			endFrame(context);
		}
	}

	/**
	 * The usual case: the message arrives in one part, is not buffered and is copied
	 * once.
	 */
	private void readWhole(ChannelHandlerContext context, ByteBuf in) {
		byte[] bytes = new byte[this.length];
		in.readBytes(bytes);
		this.head.unmask(bytes, 0, bytes.length, 0);
		endMessage();
		deliver(context, bytes);
	}

	private void readPart(ChannelHandlerContext context, ByteBuf in, int count, int offset) {
		if (!this.compressed) {
			PartialMessage message = message();
			int start = message.add(count);
			in.readBytes(message.array(), start, count);
			this.head.unmask(message.array(), start, count, offset);
			return;
		}
		byte[] bytes = new byte[count];
		in.readBytes(bytes);
		this.head.unmask(bytes, 0, count, offset);
		inflate(context, bytes);
	}

	private PartialMessage message() {
		PartialMessage message = this.message;
		if (message == null) {
			message = new PartialMessage(this.settings.link().maxIncomingSize(),
					this.limits.receivingFrom(this.listener.address()));
			this.message = message;
		}
		return message;
	}

	private void inflate(ChannelHandlerContext context, byte[] bytes) {
		PartialMessage message = message();
		try {
			boolean fits = this.deflated != null && this.deflated.inflate(bytes, message);
			if (!fits || message.size() > this.settings.link().maxIncomingSize()) {
				failTooBig(context);
			}
		}
		catch (DataFormatException ex) {
			logger.debug("A compressed message on WebSocket %s could not be inflated".formatted(context.channel()), ex);
			fail(context, WebSocketCloseStatus.INVALID_PAYLOAD_DATA);
		}
	}

	private void endFrame(ChannelHandlerContext context) {
		this.inPayload = false;
		byte[] control = this.control;
		if (control != null) {
			this.control = null;
			int opcode = this.head.opcode();
			this.head.reset();
			onControl(context, opcode, control);
			return;
		}
		boolean last = this.head.isFinal();
		this.head.reset();
		if (last) {
			endParts(context);
		}
		else {
			this.listener.onSignOfLife();
		}
	}

	private void endParts(ChannelHandlerContext context) {
		if (this.compressed && !this.skipped) {
			inflate(context, Deflated.TAIL);
		}
		PartialMessage message = this.message;
		if (this.failed) {
			return;
		}
		endMessage();
		if (!this.skipped) {
			deliver(context, (message != null) ? message.take() : new byte[0]);
		}
	}

	private void endMessage() {
		this.inPayload = false;
		this.inMessage = false;
		this.message = null;
		this.head.reset();
	}

	private void deliver(ChannelHandlerContext context, byte[] bytes) {
		this.listener.onSignOfLife();
		if (this.direct) {
			this.listener.onMessage(bytes, this.text);
			return;
		}
		ByteBuf content = Unpooled.wrappedBuffer(bytes);
		context.fireChannelRead(this.text ? new TextWebSocketFrame(content) : new BinaryWebSocketFrame(content));
	}

	// Control frames

	private void onControl(ChannelHandlerContext context, int opcode, byte[] payload) {
		if (opcode == FrameHead.CLOSE) {
			onClose(context, payload);
			return;
		}
		if (!outlet().isClosed()) {
			this.listener.onSignOfLife();
			if (opcode == FrameHead.PING) {
				answer(context.channel(), payload);
			}
		}
	}

	/**
	 * Reactor Netty answers the client's close frame. If the server has sent one first,
	 * the client has received all messages.
	 */
	private void onClose(ChannelHandlerContext context, byte[] payload) {
		if (this.closeSent) {
			context.close();
			return;
		}
		CloseWebSocketFrame frame = new CloseWebSocketFrame(true, 0, Unpooled.wrappedBuffer(payload));
		boolean valid = payload.length == 0 || (payload.length > 1 && isCode(frame.statusCode()));
		if (!valid) {
			fail(context, WebSocketCloseStatus.PROTOCOL_ERROR);
		}
		else if (!isUtf8(payload, Math.min(2, payload.length))) {
			fail(context, WebSocketCloseStatus.INVALID_PAYLOAD_DATA);
		}
		else {
			this.failed = true; // data after a close frame is not read
			skip();
			context.fireChannelRead(frame);
		}
	}

	/**
	 * Ends the socket with a close frame, the last frame of the server.
	 * @param channel its channel
	 * @param reason reason of the close
	 */
	void sendClose(Channel channel, CloseReason reason) {
		this.closeSent = true;
		channel.writeAndFlush(new CloseWebSocketFrame(reason.code(), reason.reason()));
		linger(channel, MAX_LINGERS);
	}

	/**
	 * Closes a channel when its client has sent nothing for a while, does not read, or
	 * continues to send for too long. If data arrived during the close, the connection
	 * would be reset and the client could not read the reason.
	 */
	private void linger(Channel channel, int times) {
		this.heard = false;
		if (channel.isRegistered()) {
			channel.eventLoop().schedule(() -> {
				if (this.heard && channel.isWritable() && times > 1) {
					linger(channel, times - 1);
				}
				else {
					channel.close();
				}
			}, LINGER_SECONDS, TimeUnit.SECONDS);
		}
	}

	/**
	 * Closes a channel after a delay, because its client does not read and may not have
	 * received the reason.
	 */
	static void closeSoon(Channel channel) {
		if (channel.isRegistered()) {
			channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
		}
	}

	/**
	 * Returns whether a client may send a code: a registered one, or one for libraries
	 * and applications. Netty accepts all others, too.
	 */
	private static boolean isCode(int code) {
		return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
	}

	static boolean isUtf8(byte[] payload, int from) {
		try {
			StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload, from, payload.length - from));
			return true;
		}
		catch (CharacterCodingException ex) {
			return false;
		}
	}

	/**
	 * Answers a ping. While an answer waits to be written, only the last of the pings
	 * that arrive is answered after it, so a client that sends pings without reading uses
	 * no additional memory.
	 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.5.3">RFC 6455,
	 * section 5.5.3</a>
	 */
	private void answer(Channel channel, byte[] payload) {
		if (this.pongWaits) {
			if (this.unanswered != null) {
				this.limits.hits().add(Limit.PONGS);
			}
			this.unanswered = payload;
			return;
		}
		this.pongWaits = true;
		channel.writeAndFlush(new PongWebSocketFrame(Unpooled.wrappedBuffer(payload)))
			.addListener((written) -> onPongWritten(channel));
	}

	private void onPongWritten(Channel channel) {
		this.pongWaits = false;
		byte[] unanswered = this.unanswered;
		this.unanswered = null;
		if (unanswered != null && !outlet().isClosed()) {
			answer(channel, unanswered);
		}
	}

	// Limits

	/** Counts the buffered part of an incomplete message, and starts its timeout. */
	private void settle(ChannelHandlerContext context) {
		if (!this.inMessage || this.skipped || this.failed) {
			return;
		}
		if (this.message != null && !this.message.count()) {
			this.listener.refuse(CloseReason.of(ErrorCode.OVERLOADED));
			skip();
		}
		else if (this.deadline == null) {
			long timeout = this.limits.settings().times().body().toNanos();
			scheduleDeadline(context, timeout);
		}
	}

	/** Starts one timer, which serves many messages that arrive in parts. */
	private void scheduleDeadline(ChannelHandlerContext context, long nanos) {
		this.deadline = context.executor().schedule(() -> checkDeadline(context), nanos, TimeUnit.NANOSECONDS);
	}

	private void checkDeadline(ChannelHandlerContext context) {
		this.deadline = null;
		if (!this.inMessage || this.skipped || this.failed) {
			return;
		}
		long left = this.messageSince + this.limits.settings().times().body().toNanos() - System.nanoTime();
		if (left > 0) {
			scheduleDeadline(context, left);
			return;
		}
		this.limits.hits().add(Limit.BODY_TIMEOUT);
		this.listener.refuse(CloseReason.of(ErrorCode.REQUEST_TIMED_OUT));
		skip();
	}

	/** Discards the message, both its received part and its rest. */
	private void skip() {
		this.skipped = true;
		if (this.message != null) {
			this.message.release();
			this.message = null;
		}
	}

	private void failTooBig(ChannelHandlerContext context) {
		this.limits.hits().add(Limit.MESSAGE_SIZE);
		fail(context, WebSocketCloseStatus.MESSAGE_TOO_BIG);
	}

	/**
	 * Ends the socket and stops reading, because data after an invalid frame cannot be
	 * parsed.
	 */
	private void fail(ChannelHandlerContext context, WebSocketCloseStatus status) {
		this.failed = true;
		this.inPayload = false;
		skip();
		if (!outlet().isClosed()) {
			outlet().close();
			context.channel().writeAndFlush(new CloseWebSocketFrame(status));
		}
		linger(context.channel(), MAX_LINGERS);
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		this.failed = true;
		skip();
		if (this.deflated != null) {
			this.deflated.end();
		}
		if (this.deadline != null) {
			this.deadline.cancel(false);
		}
	}

}

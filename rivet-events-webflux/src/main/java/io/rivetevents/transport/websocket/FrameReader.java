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
 * Makes messages of the bytes of a client. It stands where the decoder of Netty was,
 * which waits for a frame to be whole and lets others put together and inflate before
 * anything is found too long. This one looks at each length before it keeps anything,
 * keeps what has arrived of a message and nothing else, and has one pong wait to be
 * written, not more.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5">RFC 6455, section 5</a>
 */
final class FrameReader extends SocketWriterHandler {

	private static final Log logger = LogFactory.getLog(FrameReader.class);

	private static final RepeatedFailures failures = new RepeatedFailures(logger);

	private static final int MAX_CONTROL = 125;

	/** With its head and mask. */
	private static final int MAX_CLOSE_FRAME = MAX_CONTROL + 6;

	/**
	 * Frames of one message that carry nothing and end nothing. They add nothing to the
	 * size of the message, so without this bound only its deadline would end them.
	 */
	private static final int MAX_EMPTY = 1000;

	private static final int FAREWELL_SECONDS = 2;

	/** How often a client that sends on is waited for once more. */
	private static final int MAX_FAREWELLS = 3;

	private final Socket.Listener listener;

	private final WebSocketSettings settings;

	private final Limits limits;

	/** Whether messages go to the listener, and not down the pipeline. */
	private final boolean direct;

	/** {@code null} where compression has not been agreed on. */
	private final @Nullable Deflated deflated;

	private final FrameHead head = new FrameHead();

	private boolean inPayload;

	private int length;

	private int remaining;

	/** Payload of a control frame, {@code null} in another frame. */
	private byte @Nullable [] control;

	/** Whether frames of a message have arrived, but not the end of the last one. */
	private boolean inMessage;

	/** How many frames of the message had no payload. */
	private int empty;

	private boolean text;

	private boolean compressed;

	/** Whether the rest of the message is thrown away. */
	private boolean skipped;

	/** {@code null} while nothing has to be kept of it. */
	private @Nullable PartialMessage message;

	private long messageSince;

	private @Nullable ScheduledFuture<?> deadline;

	private boolean pongWaits;

	/** The last ping that came while a pong waited. */
	private byte @Nullable [] unanswered;

	private boolean failed;

	/** Whether the server has sent its close frame. */
	private boolean saidFarewell;

	/** Whether anything has arrived lately, when the socket ends. */
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
	 * Takes over from the decoder of a channel.
	 * @param channel the channel of an open socket
	 * @param listener is told what comes in
	 * @param outlet the way out
	 * @param owner knows the limits
	 * @param direct whether messages go to the listener; otherwise down the pipeline, and
	 * the listener only decides about them
	 * @return the reader
	 */
	static FrameReader install(Channel channel, Socket.Listener listener, SocketWriter outlet,
			ActorWebSocketHandler owner, boolean direct) {
		ChannelPipeline pipeline = channel.pipeline();
		ChannelHandlerContext decoder = pipeline.context(WebSocketFrameDecoder.class);
		if (decoder == null) {
			throw new IllegalStateException("No decoder of frames in " + pipeline);
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
		// behind what cannot be read, a close frame alone is no more than an answer
		this.heard |= !this.failed || in.readableBytes() > MAX_CLOSE_FRAME;
		try {
			while (in.isReadable() && !this.failed) {
				read(context, in);
			}
			settle(context);
		}
		catch (Throwable ex) {
			// an Error as well: nobody else is to suffer, and this client is to hear of
			// it
			failures.error(ex, () -> "Closes a socket whose message could not be handled: " + context.channel());
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

	/** Looks at what a frame claims to be, before any of it is kept. */
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
	 * Returns whether a message may have one more frame, and refuses the client if not.
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

	/** As nearly all messages come: nothing is kept, and nothing copied twice. */
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
			logger.debug("A client sent what cannot be inflated", ex);
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
	 * The handshake at the end is left to Reactor Netty; if it was us who began it, the
	 * client has read what we had to say.
	 */
	private void onClose(ChannelHandlerContext context, byte[] payload) {
		if (this.saidFarewell) {
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
			this.failed = true; // what follows a close frame is not read
			skip();
			context.fireChannelRead(frame);
		}
	}

	/**
	 * Ends the socket with a close frame of the server, the last of its frames.
	 * @param channel its channel
	 * @param reason why
	 */
	void sayFarewell(Channel channel, CloseReason reason) {
		this.saidFarewell = true;
		channel.writeAndFlush(new CloseWebSocketFrame(reason.code(), reason.reason()));
		linger(channel, MAX_FAREWELLS);
	}

	/**
	 * Closes a channel when its client has been silent for a while, reads nothing, or
	 * sends on for too long. To close it while something arrives would reset it, and the
	 * client would not read why.
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
			}, FAREWELL_SECONDS, TimeUnit.SECONDS);
		}
	}

	/**
	 * Closes a channel whose client reads nothing and may not have read why, after a
	 * while.
	 */
	static void closeSoon(Channel channel) {
		if (channel.isRegistered()) {
			channel.eventLoop().schedule(() -> channel.close(), FAREWELL_SECONDS, TimeUnit.SECONDS);
		}
	}

	/**
	 * Returns whether a client may send a code: one of those that are registered, or of
	 * those for libraries and applications. Netty takes all beyond them, too.
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
	 * Answers a ping, or, while an answer waits to be written, the last of those that
	 * have come meanwhile: a client that pings and does not read gets no more.
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

	// Bounds

	/** Counts what is kept until more arrives, and sees to it that more does. */
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

	/** One timer for many messages that do not come at once. */
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

	/** Throws away what has arrived of a message, and what will. */
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
	 * Ends the socket, and reads nothing more of it: what follows a frame that is none
	 * cannot be read.
	 */
	private void fail(ChannelHandlerContext context, WebSocketCloseStatus status) {
		this.failed = true;
		this.inPayload = false;
		skip();
		if (!outlet().isClosed()) {
			outlet().close();
			context.channel().writeAndFlush(new CloseWebSocketFrame(status));
		}
		linger(context.channel(), MAX_FAREWELLS);
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

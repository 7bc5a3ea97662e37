package io.rivetevents.transport.netty;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;
import reactor.netty.channel.AbortedException;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;

/**
 * Counts the streams of a connection of HTTP/2, and ends those whose client does not send
 * the rest of a body, or does not take the answer: it gives the stream no window, which
 * the socket does not show. What the client does not take for another reason, such as a
 * socket that is not read, counts as well. Used on the thread of the connection.
 */
final class HttpStreamsGuard extends ChannelDuplexHandler {

	static final String NAME = "rivet.streams";

	private static final Log logger = LogFactory.getLog(HttpStreamsGuard.class);

	private static final char DELETE = 0x7f;

	/** Heads read at once whose bodies may still come, if there is little room. */
	private static final int MAX_FRESH = 4;

	private final Http2ConnectionHandler handler;

	private final ConnectionMemory memory;

	private final Http2Connection.PropertyKey key;

	private final Limits limits;

	/** Of the codec, which sends the frames. */
	private @Nullable ChannelHandlerContext codec;

	/** Streams whose bodies may still come with their heads. */
	private final Queue<Http2Stream> fresh = new ArrayDeque<>();

	/** What a stream, or the connection, has done, and what was seen of it. */
	private static final class Progress {

		/** Whether the head of the request has come. */
		private boolean begun;

		/** Memory that it takes. */
		private long size;

		/** Bytes that the client has allowed beyond those of the start. */
		private long granted;

		/** Bytes of the body that have arrived. */
		private long received;

		private long sentBefore;

		private long receivedBefore;

		/** When it was seen last that some went on, of {@link System#nanoTime()}. */
		private long sentAt = System.nanoTime();

		private long receivedAt = this.sentAt;

	}

	/** Notes what the client allows and sends: windows alone do not show either. */
	private final class Reader extends Http2FrameListenerDecorator {

		Reader(Http2FrameListener listener) {
			super(listener);
		}

		@Override
		public void onHeadersRead(ChannelHandlerContext context, int id, Http2Headers headers, int dependency,
				short weight, boolean exclusive, int padding, boolean end) throws Http2Exception {
			if (isWhole(id, headers) && hasRoom(id, headers, end)) {
				super.onHeadersRead(context, id, headers, dependency, weight, exclusive, padding, end);
			}
		}

		@Override
		public int onDataRead(ChannelHandlerContext context, int id, ByteBuf data, int padding, boolean end)
				throws Http2Exception {
			Progress progress = progress(id);
			if (progress != null) {
				progress.received += data.readableBytes();
			}
			return super.onDataRead(context, id, data, padding, end);
		}

		@Override
		public void onWindowUpdateRead(ChannelHandlerContext context, int id, int increment) throws Http2Exception {
			Progress progress = progress(id);
			if (progress != null) {
				progress.granted += increment;
			}
			super.onWindowUpdateRead(context, id, increment);
		}

	}

	/** Gives back what streams took that have ended. */
	private final class Ends extends Http2ConnectionAdapter {

		@Override
		public void onStreamClosed(Http2Stream stream) {
			giveBack(stream);
		}

	}

	HttpStreamsGuard(Http2ConnectionHandler handler, ConnectionMemory memory, Limits limits) {
		this.handler = handler;
		this.memory = memory;
		this.key = handler.connection().newKey();
		this.limits = limits;
		handler.decoder().frameListener(new Reader(handler.decoder().frameListener()));
		handler.connection().addListener(new Ends());
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.codec = context.pipeline().context(this.handler);
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		for (Http2Stream stream = this.fresh.poll(); stream != null; stream = this.fresh.poll()) {
			if (isWaitingForBody(stream) && !this.memory.mayWait()) {
				reset(stream, Http2Error.REFUSED_STREAM);
			}
		}
		context.fireChannelReadComplete();
	}

	/** An event stream counts as a connection of an actor from its answer on. */
	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (message instanceof Http2HeadersFrame frame && frame.stream() != null) {
			CharSequence type = frame.headers().get(HttpHeaderNames.CONTENT_TYPE);
			Http2Stream stream = this.handler.connection().stream(frame.stream().id());
			if (stream != null && ConnectionMemory.isEventStream(type)) {
				giveBack(stream);
			}
		}
		context.write(message, promise);
	}

	private void giveBack(Http2Stream stream) {
		Progress progress = stream.getProperty(this.key);
		if (progress != null && progress.size > 0) {
			this.memory.addRequests(-progress.size);
			progress.size = 0;
		}
	}

	/**
	 * Takes what a client sends against the rules for what it is: its own failure. A
	 * stream is reset, and its handlers see a client that has left; the codec ends the
	 * connection itself. Else Netty logs a warning, and the web stack an error, which it
	 * answers.
	 */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
		if (ex instanceof Http2FrameStreamException failure) {
			logger.debug("A stream of %s breaks the rules".formatted(context.channel()), ex);
			Http2Stream stream = this.handler.connection().stream(failure.stream().id());
			if (stream != null) {
				reset(stream, failure.error());
			}
		}
		else if (Http2CodecUtil.getEmbeddedHttp2Exception(ex) != null) {
			logger.debug("The connection breaks the rules: " + context.channel(), ex);
		}
		else if (ex instanceof IOException || AbortedException.isConnectionReset(ex)) {
			logger.debug("The connection has failed: " + context.channel(), ex);
			context.close();
		}
		else {
			context.fireExceptionCaught(ex);
		}
	}

	/** Looks at all streams. */
	void check() throws Http2Exception {
		long now = System.nanoTime();
		Http2Stream whole = this.handler.connection().connectionStream();
		Progress all = progress(whole);
		noteSent(whole, all, 0, now);
		this.handler.connection().forEachActiveStream((stream) -> {
			Limit met = check(stream, all, now);
			if (met != null) {
				end(stream, met);
			}
			return true;
		});
	}

	/**
	 * Resets a request whose method or path is missing or none: the codec of Netty
	 * refuses it, with a buffer that it does not release.
	 */
	private boolean isWhole(int id, Http2Headers headers) {
		Http2Stream stream = this.handler.connection().stream(id);
		if (progress(stream).begun || isRequest(headers)) {
			return true;
		}
		logger.debug("Stream %d has no method or path".formatted(id));
		reset(stream, Http2Error.PROTOCOL_ERROR);
		return false;
	}

	private static boolean isRequest(Http2Headers headers) {
		try {
			HttpMethod method = HttpMethod.valueOf(String.valueOf(headers.method()));
			boolean connect = HttpMethod.CONNECT.asciiName().contentEqualsIgnoreCase(method.name());
			CharSequence target = connect ? headers.authority() : headers.path();
			return headers.method() != null && StringUtils.hasLength(target)
					&& target.chars().allMatch((each) -> each > ' ' && each != DELETE);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	/**
	 * Takes memory for a request, or for what comes behind its body.
	 * @return whether there is room; if not, it is reset, and may be sent again
	 */
	private boolean hasRoom(int id, Http2Headers headers, boolean end) {
		Http2Stream stream = this.handler.connection().stream(id);
		Progress progress = progress(stream);
		boolean first = !progress.begun;
		progress.begun = true;
		long size = ConnectionMemory.sizeOf(headers) + (first ? ConnectionMemory.REQUEST : 0);
		boolean flood = first && !end && this.fresh.size() >= MAX_FRESH && !this.memory.mayWait();
		if (flood || !this.memory.addRequests(size)) {
			reset(stream, Http2Error.REFUSED_STREAM);
			return false;
		}
		progress.size += size;
		if (first && !end) {
			this.fresh.add(stream);
		}
		return true;
	}

	private @Nullable Progress progress(int id) {
		Http2Stream stream = this.handler.connection().stream(id);
		return (stream != null) ? progress(stream) : null;
	}

	private Progress progress(Http2Stream stream) {
		Progress progress = stream.getProperty(this.key);
		if (progress == null) {
			progress = new Progress();
			stream.setProperty(this.key, progress);
		}
		return progress;
	}

	private @Nullable Limit check(Http2Stream stream, Progress all, long now) {
		Progress progress = progress(stream);
		LimitSettings.Times times = this.limits.settings().times();
		// others need the room
		long most = this.memory.isScarce() ? times.head().toNanos() : Long.MAX_VALUE;
		var flow = this.handler.connection().remote().flowController();
		noteSent(stream, progress, flow.initialWindowSize(), now);
		if (!flow.hasFlowControlled(stream)) {
			progress.sentAt = now;
		}
		else if (flow.windowSize(stream) > 0) {
			// others come first while the window of the connection is small
			progress.sentAt = Math.max(progress.sentAt, all.sentAt);
		}
		if (progress.received != progress.receivedBefore || !isWaitingForBody(stream)) {
			progress.receivedAt = now;
		}
		progress.receivedBefore = progress.received;
		if (now - progress.sentAt >= Math.min(times.write().toNanos(), most)) {
			return Limit.WRITE_TIMEOUT;
		}
		return (now - progress.receivedAt >= Math.min(times.body().toNanos(), most)) ? Limit.BODY_TIMEOUT : null;
	}

	/**
	 * Notes whether some of an answer was sent since the last look: what the client has
	 * allowed in all, without what it still allows. A window that is used up at each look
	 * is one of a client that reads.
	 */
	private void noteSent(Http2Stream stream, Progress progress, int initialWindow, long now) {
		int window = this.handler.connection().remote().flowController().windowSize(stream);
		long sent = progress.granted + initialWindow - window;
		if (sent != progress.sentBefore) {
			progress.sentBefore = sent;
			progress.sentAt = now;
		}
	}

	/**
	 * Returns whether more of the body is waited for. Once the answer has begun, both may
	 * talk for as long as they like: it may be a WebSocket.
	 */
	private boolean isWaitingForBody(Http2Stream stream) {
		return stream.state() == Http2Stream.State.OPEN && !stream.isHeadersSent()
				&& this.handler.connection().local().flowController().unconsumedBytes(stream) == 0;
	}

	private void end(Http2Stream stream, Limit limit) {
		logger.debug("Ends stream %d at %s".formatted(stream.id(), limit));
		this.limits.hits().add(limit);
		reset(stream, Http2Error.CANCEL);
	}

	private void reset(Http2Stream stream, Http2Error error) {
		ChannelHandlerContext codec = this.codec;
		if (codec != null) {
			this.handler.resetStream(codec, stream.id(), error.code(), codec.newPromise());
			codec.flush();
		}
	}

}

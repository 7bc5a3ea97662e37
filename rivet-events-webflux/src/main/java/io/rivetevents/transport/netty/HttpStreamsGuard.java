/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
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
 * Counts the streams of an HTTP/2 connection, and resets those whose client does not send
 * the rest of a body or does not accept the answer. A client can block a stream by its
 * flow-control window, which the socket does not show. Answers that are blocked for
 * another reason, such as a socket that is not read, count as well. Used only on the
 * thread of the connection.
 */
final class HttpStreamsGuard extends ChannelDuplexHandler {

	static final String NAME = "rivet.streams";

	private static final Log logger = LogFactory.getLog(HttpStreamsGuard.class);

	private static final char DELETE = 0x7f;

	/**
	 * Number of heads that may be read at once and wait for their bodies if memory is
	 * short.
	 */
	private static final int MAX_FRESH = 4;

	private final Http2ConnectionHandler handler;

	private final ConnectionMemory memory;

	private final Http2Connection.PropertyKey key;

	private final Limits limits;

	/** Context of the codec, which sends the frames. */
	private @Nullable ChannelHandlerContext codec;

	/** Streams whose bodies may be in the same read as their heads. */
	private final Queue<Http2Stream> fresh = new ArrayDeque<>();

	/** The progress of a stream, or of the connection. */
	private static final class Progress {

		/** Whether the head of the request has arrived. */
		private boolean begun;

		/** Number of bytes of memory that it uses. */
		private long size;

		/**
		 * Number of bytes that the client has allowed in addition to the initial window.
		 */
		private long granted;

		/** Number of bytes of the body that have arrived. */
		private long received;

		private long sentBefore;

		private long receivedBefore;

		/** Times of the last check with progress, in {@link System#nanoTime()}. */
		private long sentAt = System.nanoTime();

		private long receivedAt = this.sentAt;

	}

	/** Counts what the client allows and sends; the windows alone do not show either. */
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

	/** Releases the memory of streams that have ended. */
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

	/**
	 * An event stream counts as a connection of an actor from the start of its answer.
	 */
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
	 * Handles violations of the protocol by the client as failures of the client. A
	 * stream is reset, and its handlers see a cancelled request; the codec closes the
	 * connection itself. Otherwise Netty would log a warning, and WebFlux an error, which
	 * it would try to answer.
	 */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
		if (ex instanceof Http2FrameStreamException failure) {
			logger.debug("Stream %d of connection %s violates the protocol".formatted(failure.stream().id(),
					context.channel()), ex);
			Http2Stream stream = this.handler.connection().stream(failure.stream().id());
			if (stream != null) {
				reset(stream, failure.error());
			}
		}
		else if (Http2CodecUtil.getEmbeddedHttp2Exception(ex) != null) {
			logger.debug("Connection %s violates the protocol".formatted(context.channel()), ex);
		}
		else if (ex instanceof IOException || AbortedException.isConnectionReset(ex)) {
			logger.debug("Connection %s failed".formatted(context.channel()), ex);
			context.close();
		}
		else {
			context.fireExceptionCaught(ex);
		}
	}

	/** Checks all streams. */
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
	 * Resets a request whose method or path is missing or invalid. Netty's codec would
	 * reject it without releasing a buffer.
	 */
	private boolean isWhole(int id, Http2Headers headers) {
		Http2Stream stream = this.handler.connection().stream(id);
		if (progress(stream).begun || isRequest(headers)) {
			return true;
		}
		logger.debug("Resetting stream %d of connection %s: its method or path is missing or invalid".formatted(id,
				channel()));
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
	 * Counts the memory of a request, or of the trailers behind its body.
	 * @return whether there is memory; if not, the stream is reset, and the client may
	 * retry
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
		// other requests need the memory
		long most = this.memory.isScarce() ? times.head().toNanos() : Long.MAX_VALUE;
		var flow = this.handler.connection().remote().flowController();
		noteSent(stream, progress, flow.initialWindowSize(), now);
		if (!flow.hasFlowControlled(stream)) {
			progress.sentAt = now;
		}
		else if (flow.windowSize(stream) > 0) {
			// while the connection's window is small, other streams may be sent first
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
	 * Notes whether a part of the answer was sent since the last check: all that the
	 * client has allowed, without what it still allows. A window that is used up at each
	 * check belongs to a client that reads.
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
	 * Returns whether more of the body is expected. After the start of the answer both
	 * sides may send for any time, since the stream may be a WebSocket.
	 */
	private boolean isWaitingForBody(Http2Stream stream) {
		return stream.state() == Http2Stream.State.OPEN && !stream.isHeadersSent()
				&& this.handler.connection().local().flowController().unconsumedBytes(stream) == 0;
	}

	private void end(Http2Stream stream, Limit limit) {
		logger.debug(
				"Resetting stream %d of connection %s: limit %s is exceeded".formatted(stream.id(), channel(), limit));
		this.limits.hits().add(limit);
		reset(stream, Http2Error.CANCEL);
	}

	private @Nullable Channel channel() {
		ChannelHandlerContext codec = this.codec;
		return (codec != null) ? codec.channel() : null;
	}

	private void reset(Http2Stream stream, Http2Error error) {
		ChannelHandlerContext codec = this.codec;
		if (codec != null) {
			this.handler.resetStream(codec, stream.id(), error.code(), codec.newPromise());
			codec.flush();
		}
	}

}

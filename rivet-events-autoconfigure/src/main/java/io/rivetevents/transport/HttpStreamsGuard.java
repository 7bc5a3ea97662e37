package io.rivetevents.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.LimitSettings;
import io.rivetevents.limit.Limits;

/**
 * Ends streams of a connection of HTTP/2 whose client does not send the rest of a body,
 * or does not take the answer: it gives the stream no window, which the socket does not
 * show. What the client does not take for another reason, such as a socket that is not
 * read, counts as well. Used on the thread of the connection.
 */
final class HttpStreamsGuard {

	private static final Log logger = LogFactory.getLog(HttpStreamsGuard.class);

	private final Http2ConnectionHandler handler;

	private final Http2Connection.PropertyKey key;

	private final Limits limits;

	/** What a stream, or the connection, has done, and what was seen of it. */
	private static final class Progress {

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
	private final class Listener extends Http2FrameListenerDecorator {

		Listener(Http2FrameListener listener) {
			super(listener);
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

	HttpStreamsGuard(Http2ConnectionHandler handler, Limits limits) {
		this.handler = handler;
		this.key = handler.connection().newKey();
		this.limits = limits;
		handler.decoder().frameListener(new Listener(handler.decoder().frameListener()));
	}

	/** Looks at all streams. */
	void check(ChannelHandlerContext context) throws Http2Exception {
		long now = System.nanoTime();
		Http2Stream whole = this.handler.connection().connectionStream();
		Progress all = progress(whole);
		noteSent(whole, all, 0, now);
		this.handler.connection().forEachActiveStream((stream) -> {
			Limit met = check(stream, all, now);
			if (met != null) {
				end(context, stream, met);
			}
			return true;
		});
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
		if (now - progress.sentAt >= times.write().toNanos()) {
			return Limit.WRITE_TIMEOUT;
		}
		return (now - progress.receivedAt >= times.body().toNanos()) ? Limit.BODY_TIMEOUT : null;
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

	private void end(ChannelHandlerContext context, Http2Stream stream, Limit limit) {
		logger.debug("Resets stream %d of %s at %s".formatted(stream.id(), context.channel(), limit));
		this.limits.hits().add(limit);
		ChannelHandlerContext http2 = context.pipeline().context(this.handler);
		this.handler.resetStream(http2, stream.id(), Http2Error.CANCEL.code(), http2.newPromise());
		http2.flush();
	}

}

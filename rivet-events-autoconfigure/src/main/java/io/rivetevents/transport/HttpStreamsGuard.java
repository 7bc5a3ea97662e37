package io.rivetevents.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
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

	/** How far a stream had come when it was looked at. */
	private static final class Progress {

		private int sendWindow;

		private int receiveWindow;

		private long sentAt;

		private long receivedAt;

	}

	HttpStreamsGuard(Http2ConnectionHandler handler, Limits limits) {
		this.handler = handler;
		this.key = handler.connection().newKey();
		this.limits = limits;
	}

	/** Looks at all streams. */
	void check(ChannelHandlerContext context) throws Http2Exception {
		long now = System.nanoTime();
		this.handler.connection().forEachActiveStream((stream) -> {
			Limit met = check(stream, now);
			if (met != null) {
				end(context, stream, met);
			}
			return true;
		});
	}

	private @Nullable Limit check(Http2Stream stream, long now) {
		Progress progress = stream.getProperty(this.key);
		if (progress == null) {
			progress = new Progress();
			stream.setProperty(this.key, progress);
		}
		LimitSettings.Times times = this.limits.settings().times();
		if (isSending(stream, progress)) {
			progress.sentAt = now;
		}
		if (isReceiving(stream, progress)) {
			progress.receivedAt = now;
		}
		if (now - progress.sentAt >= times.write().toNanos()) {
			return Limit.WRITE_TIMEOUT;
		}
		return (now - progress.receivedAt >= times.body().toNanos()) ? Limit.BODY_TIMEOUT : null;
	}

	/** Returns whether nothing waits for the client, or it has taken some of it. */
	private boolean isSending(Http2Stream stream, Progress progress) {
		var flow = this.handler.connection().remote().flowController();
		int window = flow.windowSize(stream);
		boolean moved = progress.sentAt == 0 || window != progress.sendWindow;
		progress.sendWindow = window;
		return moved || !flow.hasFlowControlled(stream);
	}

	/**
	 * Returns whether nothing of the body is waited for, or some of it has come. Once the
	 * answer has begun, both may talk for as long as they like: it may be a WebSocket.
	 */
	private boolean isReceiving(Http2Stream stream, Progress progress) {
		var flow = this.handler.connection().local().flowController();
		int window = flow.windowSize(stream);
		boolean moved = progress.receivedAt == 0 || window != progress.receiveWindow;
		progress.receiveWindow = window;
		boolean waited = stream.state() == Http2Stream.State.OPEN && !stream.isHeadersSent()
				&& flow.unconsumedBytes(stream) == 0;
		return moved || !waited;
	}

	private void end(ChannelHandlerContext context, Http2Stream stream, Limit limit) {
		logger.debug("Resets stream %d of %s at %s".formatted(stream.id(), context.channel(), limit));
		this.limits.hits().add(limit);
		ChannelHandlerContext http2 = context.pipeline().context(this.handler);
		this.handler.resetStream(http2, stream.id(), Http2Error.CANCEL.code(), http2.newPromise());
		http2.flush();
	}

}

/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Exception;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.limit.LimitSettings;

/**
 * Closes connections of the server that are idle or blocked: those that do not send the
 * head of a request in time, send no further request, continue a body whose request has
 * been answered, or do not read their answer. An answer may take any time. A connection
 * that becomes a WebSocket is left to the WebSocket. The guard runs behind TLS, so an
 * unfinished TLS handshake counts as a missing head. Each connection has one timer, which
 * is not restarted with each request.
 */
public final class ConnectionGuard extends ChannelInboundHandlerAdapter implements GuardedConnection {

	private static final Log logger = LogFactory.getLog(ConnectionGuard.class);

	private static final String NAME = "rivet.guard";

	private final Limits limits;

	private final ConnectionMemory memory;

	private Phase phase = Phase.HEAD;

	/** Start of the phase, in {@link System#nanoTime()}. */
	private long since = System.nanoTime();

	private boolean stream;

	private @Nullable RequestGuard requests;

	private @Nullable ScheduledFuture<?> timer;

	/** Written part of the pending data at the last check. */
	private @Nullable Object lastWritten;

	private long lastProgress;

	private long lastPending;

	/**
	 * Time of the last check at which the socket had accepted data, or had none to
	 * accept.
	 */
	private long lastMoved;

	private int lastStream;

	private @Nullable HttpStreamsGuard streams;

	private ConnectionGuard(Limits limits, ConnectionMemory memory) {
		this.limits = limits;
		this.memory = memory;
	}

	/**
	 * Adds the guard to a connection of a server.
	 * @param channel its channel, with all initial handlers
	 * @param limits timeouts, and the counters of exceeded limits
	 */
	public static void install(Channel channel, Limits limits) {
		ConnectionGuard guard = new ConnectionGuard(limits, new ConnectionMemory(limits, channel.remoteAddress()));
		ChannelPipeline pipeline = channel.pipeline();
		String before = null;
		for (String name : new String[] { NettyPipeline.ProxyProtocolDecoder, NettyPipeline.NonSslRedirectDetector,
				NettyPipeline.SslHandler }) {
			before = (pipeline.get(name) != null) ? name : before;
		}
		if (before != null) {
			pipeline.addAfter(before, NAME, guard);
		}
		else {
			pipeline.addFirst(NAME, guard);
		}
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		watch(context.pipeline());
		if (!this.memory.open()) {
			logger.debug("Closing connection %s: the memory limit is reached".formatted(context.channel()));
			context.channel().close();
			return;
		}
		schedule(context, settings().times().head().toNanos());
	}

	/** With TLS, the HTTP version is not known before the first bytes. */
	private void watch(ChannelPipeline pipeline) {
		if (this.requests == null && pipeline.get(NettyPipeline.HttpTrafficHandler) != null) {
			this.requests = new RequestGuard(this, this.memory, this.limits);
			pipeline.addBefore(NettyPipeline.HttpTrafficHandler, RequestGuard.NAME, this.requests);
			ChannelHandlerContext upgrade = pipeline.context(HttpServerUpgradeHandler.class);
			if (upgrade != null) {
				pipeline.addBefore(upgrade.name(), UpgradeGuard.NAME, new UpgradeGuard(this));
			}
		}
		if (this.streams == null) {
			watchStreams(pipeline);
		}
	}

	@Override
	public void watchStreams(ChannelPipeline pipeline) {
		Http2ConnectionHandler http2 = pipeline.get(Http2ConnectionHandler.class);
		if (http2 == null || this.streams != null) {
			return;
		}
		if (pipeline.get(UpgradeGuard.NAME) != null) {
			pipeline.remove(UpgradeGuard.NAME);
		}
		if (this.requests != null) {
			this.requests = null;
			pipeline.remove(RequestGuard.NAME);
		}
		this.memory.endHead();
		this.memory.setHttp2();
		this.streams = new HttpStreamsGuard(http2, this.memory, this.limits);
		pipeline.addAfter(pipeline.context(http2).name(), HttpStreamsGuard.NAME, this.streams);
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.streams == null) {
			watch(context.pipeline());
		}
		if (this.phase == Phase.IDLE) {
			enter(Phase.HEAD);
		}
		int size = (message instanceof ByteBuf bytes) ? bytes.readableBytes() : 0;
		context.fireChannelRead(message);
		if (this.phase == Phase.HEAD && this.streams == null && !context.isRemoved()) {
			onPartOfHead(context, size);
		}
	}

	private void onPartOfHead(ChannelHandlerContext context, int size) {
		if (this.memory.addHead(size)) {
			return;
		}
		logger.debug("Rejecting the head of a request on %s: the memory limit is reached".formatted(context.channel()));
		if (this.requests != null) {
			this.requests.refuse(context.pipeline());
		}
		else {
			context.channel().close();
		}
	}

	@Override
	public void enter(Phase phase) {
		this.phase = phase;
		this.memory.endHead();
		this.since = System.nanoTime();
	}

	@Override
	public void setStream(boolean stream) {
		this.stream = stream;
		this.memory.setStream(stream);
	}

	@Override
	public void leave(ChannelPipeline pipeline) {
		if (pipeline.context(this) != null) {
			pipeline.remove(this);
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		this.memory.release();
		if (this.timer != null) {
			this.timer.cancel(false);
		}
	}

	// Deadlines

	private LimitSettings settings() {
		return this.limits.settings();
	}

	private void schedule(ChannelHandlerContext context, long nanos) {
		this.timer = context.executor().schedule(() -> check(context), nanos, TimeUnit.NANOSECONDS);
	}

	private void check(ChannelHandlerContext context) {
		try {
			long left = (this.phase == Phase.ANSWER) ? checkAnswer(context) : checkPhase(context);
			if (left > 0) {
				schedule(context, left);
			}
		}
		catch (Throwable ex) {
			logger.error("Closing connection %s: the check of its timeouts failed".formatted(context.channel()), ex);
			context.channel().close();
		}
	}

	/**
	 * Closes a connection whose time is over.
	 * @return nanoseconds until the next check, 0 for none
	 */
	private long checkPhase(ChannelHandlerContext context) throws Http2Exception {
		Http2ConnectionHandler http2 = context.pipeline().get(Http2ConnectionHandler.class);
		if (http2 != null) {
			checkStreams(context.pipeline(), http2);
			if (isStuck(context)) {
				end(context, Limit.WRITE_TIMEOUT);
				return 0;
			}
		}
		long left = this.since + timeout().toNanos() - System.nanoTime();
		if (left > 0) {
			// the next phase may have a shorter timeout
			return Math.min(left, settings().times().head().toNanos());
		}
		end(context, limit());
		return 0;
	}

	/** An HTTP/2 connection is idle while it has no streams. */
	private void checkStreams(ChannelPipeline pipeline, Http2ConnectionHandler http2) throws Http2Exception {
		if (this.streams == null) {
			watchStreams(pipeline);
		}
		if (this.streams != null) {
			this.streams.check();
		}
		int last = http2.connection().remote().lastStreamCreated();
		boolean busy = http2.connection().numActiveStreams() > 0 || last != this.lastStream;
		if (this.phase != Phase.IDLE || busy) {
			enter(Phase.IDLE);
		}
		this.lastStream = last;
	}

	private Duration timeout() {
		return switch (this.phase) {
			case HEAD -> settings().times().head();
			case REST -> settings().times().body();
			case IDLE, ANSWER -> settings().times().idle();
		};
	}

	private Limit limit() {
		return switch (this.phase) {
			case HEAD -> Limit.HEADER_TIMEOUT;
			case REST -> Limit.BODY_TIMEOUT;
			case IDLE, ANSWER -> Limit.IDLE_TIMEOUT;
		};
	}

	/**
	 * Closes a connection that has accepted nothing of its answer for too long, and
	 * rejects a body that does not arrive.
	 * @return nanoseconds until the next check, 0 for none
	 */
	private long checkAnswer(ChannelHandlerContext context) {
		if (isStuck(context) && !this.stream) {
			end(context, Limit.WRITE_TIMEOUT);
			return 0;
		}
		long write = settings().times().write().toNanos();
		long left = Math.min(write, this.lastMoved + write - System.nanoTime());
		if (this.requests != null) {
			left = Math.min(left, this.requests.checkBody(context));
		}
		// a body may arrive with the next request
		return (left > 0) ? Math.min(left, this.stream ? write : settings().times().head().toNanos()) : write;
	}

	/**
	 * Returns whether the socket has data to send but has accepted nothing for too long.
	 */
	private boolean isStuck(ChannelHandlerContext context) {
		ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
		if (buffer == null) {
			return false; // closed
		}
		long now = System.nanoTime();
		long pending = buffer.totalPendingWriteBytes();
		Object written = buffer.current();
		long progress = buffer.currentProgress();
		boolean still = pending > 0 && pending == this.lastPending && written == this.lastWritten
				&& progress == this.lastProgress;
		if (!still) {
			this.lastMoved = now;
		}
		this.lastPending = pending;
		this.lastWritten = written;
		this.lastProgress = progress;
		return now - this.lastMoved >= settings().times().write().toNanos();
	}

	private void end(ChannelHandlerContext context, Limit limit) {
		logger.debug("Closing connection %s: limit %s is exceeded".formatted(context.channel(), limit));
		this.limits.hits().add(limit);
		context.channel().close();
	}

}

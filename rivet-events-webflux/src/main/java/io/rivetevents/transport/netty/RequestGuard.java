/*
 * Copyright 2026 the rivet-events authors
 * SPDX-License-Identifier: Apache-2.0
 */

package io.rivetevents.transport.netty;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBufHolder;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.CleartextHttp2ServerUpgradeHandler;
import io.netty.util.ReferenceCountUtil;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.netty.channel.AbortedException;

import io.rivetevents.limit.Limit;
import io.rivetevents.limit.Limits;
import io.rivetevents.protocol.ErrorCode;

/**
 * Limits what a client sends behind an unanswered request (HTTP pipelining). Reactor
 * Netty buffers all of it without a limit until the answer. Beyond the limit this handler
 * reads nothing more until the answers have caught up. Behind an event stream they never
 * do, so the connection is closed.
 * <p>
 * It also ensures that the next request is read when all earlier ones are answered.
 */
final class RequestGuard extends ChannelDuplexHandler {

	static final String NAME = "rivet.requests";

	private static final Log logger = LogFactory.getLog(RequestGuard.class);

	/** Bytes of a waiting request in addition to its text. */
	private static final int REQUEST_OVERHEAD = 512;

	/** Factor by which the data of one read may exceed the limit of waiting data. */
	private static final int MAX_EXCESS = 4;

	/**
	 * Maximum number of bytes of a body that are read and discarded after its request has
	 * been answered. A client that is disconnected sooner may not receive the answer.
	 * This is the default of Tomcat's {@code maxSwallowSize}.
	 */
	private static final int MAX_SWALLOWED = 2 * 1024 * 1024;

	/** Number of body bytes for which the timeout is extended by a second. */
	private static final int MIN_RATE = 1024;

	private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

	/**
	 * Additional time for handlers that read the body and have a timeout of their own:
	 * they answer first.
	 */
	private static final long GRACE_NANOS = NANOS_PER_SECOND;

	private final GuardedConnection connection;

	private final ConnectionMemory memory;

	private final Limits limits;

	/** Number of requests whose heads have arrived and whose answers are not written. */
	private int unanswered;

	/** Whether the last one is incomplete. */
	private boolean inBody;

	/** Number of bytes of its body that arrived after its answer. */
	private long swallowed;

	/** Memory of the request that is being answered. */
	private long current;

	/** Whether its body may be in the same read as its head. */
	private boolean fresh;

	/** Memory of the last request without its body. */
	private long last;

	/** Memory of the requests behind the first. */
	private long waiting;

	private Runnable readOn = () -> {
	};

	private boolean stream;

	/** Whether the answer has begun; heads such as {@code 100 Continue} do not count. */
	private boolean answering;

	private boolean paused;

	private boolean readWanted;

	private boolean stopped;

	/** Whether the complete answer has been passed to the socket. */
	private boolean ended;

	/**
	 * Whether this handler has answered in place of the application and is closing the
	 * connection.
	 */
	private boolean refused;

	/** Whether the server waits for the client, rather than the client for the server. */
	private boolean reading;

	/** Start of that wait, in {@link System#nanoTime()}. */
	private long readingSince;

	/** Time that it has waited for the body, without the present wait. */
	private long bodyWait;

	private long bodySize;

	/** Time of the last write of an answer whose request was incomplete. */
	private long writtenAt;

	RequestGuard(GuardedConnection connection, ConnectionMemory memory, Limits limits) {
		this.connection = connection;
		this.memory = memory;
		this.limits = limits;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.readOn = () -> readOn(context);
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (this.refused || (this.unanswered == 1 && isBroken(message))) {
			ReferenceCountUtil.release(message);
			refuse(context, HttpResponseStatus.BAD_REQUEST);
			return;
		}
		if (message instanceof HttpRequest request) {
			this.unanswered++;
			refuseInTurn(request);
			beginBody();
			this.last = request.uri().length() + ConnectionMemory.sizeOf(request.headers());
			if (this.unanswered == 1) {
				this.connection.enter(GuardedConnection.Phase.ANSWER);
				this.current = ConnectionMemory.REQUEST + this.last;
				this.fresh = true;
				if (!count()) {
					ReferenceCountUtil.release(message);
					refuse(context, HttpResponseStatus.SERVICE_UNAVAILABLE);
					return;
				}
			}
			else {
				this.waiting += REQUEST_OVERHEAD + this.last;
			}
		}
		if (message instanceof ByteBufHolder part) {
			onPart(context, part.content().readableBytes());
		}
		if (message instanceof LastHttpContent) {
			onRequestRead();
		}
		context.fireChannelRead(message);
		if (this.waiting > this.limits.settings().connection().pipelinedBytes()
				|| (this.waiting > 0 && !this.paused && !count())) {
			onTooMany(context);
		}
	}

	/** Counts the memory of this connection's requests, if there is enough. */
	private boolean count() {
		return this.memory.setRequests(this.current + this.waiting);
	}

	private void beginBody() {
		this.inBody = true;
		this.readingSince = System.nanoTime();
		this.bodyWait = 0;
		this.bodySize = 0;
	}

	private void onPart(ChannelHandlerContext context, int size) {
		this.bodySize += size;
		if (this.unanswered > 1) {
			this.waiting += size + ConnectionMemory.PART;
		}
		if (this.unanswered > 0) {
			return;
		}
		this.swallowed += size;
		if (this.swallowed > MAX_SWALLOWED && context.channel().isOpen()) {
			this.limits.hits().add(Limit.MESSAGE_SIZE);
			logger.debug("Closing connection %s: its body continues after the answer".formatted(context.channel()));
			context.channel().close();
		}
	}

	private void onRequestRead() {
		this.inBody = false;
		this.swallowed = 0;
		if (this.unanswered == 0) {
			this.current = 0;
			count();
			this.connection.enter(GuardedConnection.Phase.IDLE);
		}
	}

	private void onTooMany(ChannelHandlerContext context) {
		if (!this.paused) {
			this.limits.hits().add(Limit.PIPELINED_REQUESTS);
			pause(context.channel());
		}
		boolean excess = this.waiting > (long) MAX_EXCESS * this.limits.settings().connection().pipelinedBytes();
		if (this.stream || excess) {
			logger.debug("Closing connection %s: too many pipelined requests".formatted(context.channel()));
			context.channel().close();
		}
	}

	/**
	 * Stops reading. The read loop would continue for a while, unless the channel reads
	 * on demand.
	 */
	private void pause(Channel channel) {
		this.paused = true;
		if (channel.config().isAutoRead()) {
			this.stopped = true;
			channel.config().setAutoRead(false);
		}
	}

	/**
	 * Restores the setting for other handlers; their reads are delayed by {@link #read}.
	 */
	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		if (this.reading) {
			this.reading = false;
			this.bodyWait += this.inBody ? System.nanoTime() - this.readingSince : 0;
		}
		if (this.stopped) {
			this.stopped = false;
			context.channel().config().setAutoRead(true);
		}
		if (this.fresh) {
			this.fresh = false;
			if (this.inBody && this.unanswered == 1 && !this.answering && !this.memory.mayWait()) {
				refuse(context, HttpResponseStatus.SERVICE_UNAVAILABLE);
			}
		}
		context.fireChannelReadComplete();
	}

	@Override
	public void read(ChannelHandlerContext context) {
		if (this.paused) {
			this.readWanted = true;
		}
		else {
			readFrom(context);
		}
	}

	private void readFrom(ChannelHandlerContext context) {
		if (!this.reading) {
			this.reading = true;
			this.readingSince = System.nanoTime();
		}
		context.read();
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		if (this.refused) {
			ReferenceCountUtil.release(message);
			promise.tryFailure(new ClosedChannelException());
			return;
		}
		if (message instanceof HttpResponse response) {
			onResponse(context, response);
		}
		if (this.inBody) {
			this.writtenAt = System.nanoTime();
		}
		if (!(message instanceof LastHttpContent) || !this.answering) {
			context.write(message, promise);
			return;
		}
		this.answering = false;
		this.ended = true;
		this.stream = false;
		this.connection.setStream(false);
		context.write(message, promise.unvoid().addListener((written) -> onAnswered(context)));
	}

	private void onResponse(ChannelHandlerContext context, HttpResponse response) {
		if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			this.connection.leave(context.pipeline());
			context.pipeline().remove(this);
			return;
		}
		this.answering = response.status().codeClass() != HttpStatusClass.INFORMATIONAL;
		String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE);
		this.stream = ConnectionMemory.isEventStream(type);
		this.connection.setStream(this.stream);
		if (this.stream && this.paused) {
			context.executor().execute(() -> onTooMany(context));
		}
	}

	private void onAnswered(ChannelHandlerContext context) {
		this.ended = false;
		this.unanswered = Math.max(0, this.unanswered - 1);
		if (this.unanswered == 0) {
			this.connection.enter(this.inBody ? GuardedConnection.Phase.REST : GuardedConnection.Phase.IDLE);
		}
		if (this.unanswered <= 1) {
			this.waiting = 0;
			this.current = (this.unanswered == 1 || this.inBody) ? ConnectionMemory.REQUEST + this.last : 0;
			count();
			resume(context);
		}
	}

	/** Other handlers report the end of the last answer by an event, for example. */
	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof CleartextHttp2ServerUpgradeHandler.PriorKnowledgeUpgradeEvent) {
			this.connection.watchStreams(context.pipeline());
		}
		context.fireUserEventTriggered(event);
		if (this.unanswered == 0) {
			context.executor().execute(this.readOn);
		}
	}

	/**
	 * Reads the next request where Reactor Netty 1.3.6 may not (its issue 4361). While
	 * requests are queued, each answer that ends starts a task that empties the queue and
	 * does not read. If a queued request is answered before its end has left the queue,
	 * the task of its answer finds nothing, and no other task follows. This task must run
	 * after that one; a request that arrives before it would be handled concurrently. It
	 * can also affect a client that waits for each answer: its next request can arrive
	 * when an answer is written by another thread, before that thread has ended the
	 * answer.
	 */
	private void readOn(ChannelHandlerContext context) {
		if (!context.isRemoved() && this.unanswered == 0) {
			readFrom(context);
		}
	}

	private void resume(ChannelHandlerContext context) {
		if (this.paused) {
			this.paused = false;
			if (this.readWanted) {
				this.readWanted = false;
				readFrom(context);
			}
		}
	}

	// Bodies that do not arrive, and invalid requests

	/**
	 * Has messages that are not HTTP/1 requests rejected in their turn. Reactor Netty
	 * would reject an HTTP/2 request at once, with the answer of the request before it. A
	 * line that cannot be parsed counts as HTTP/1.0, for which it would close the
	 * connection after the next answer.
	 */
	private static void refuseInTurn(HttpRequest request) {
		boolean known = request.protocolVersion().majorVersion() == 1;
		if (!known && request.decoderResult().isSuccess()) {
			request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("Not an HTTP/1 request")));
		}
		if (request.decoderResult().isFailure()) {
			request.setProtocolVersion(HttpVersion.HTTP_1_1);
		}
	}

	private static boolean isBroken(Object message) {
		return message instanceof HttpContent part && !(message instanceof HttpRequest)
				&& part.decoderResult().isFailure();
	}

	/**
	 * Rejects a body that does not arrive in time. Time in which the server does not read
	 * does not count, since the server is busy then. Before the start of the answer, the
	 * timeout applies to the whole body, extended by a second for each {@link #MIN_RATE}
	 * bytes. After it, handler and client may exchange data for as long as either of them
	 * sends.
	 * @return nanoseconds until the next check
	 */
	long checkBody(ChannelHandlerContext context) {
		if (!this.inBody || this.unanswered != 1 || this.refused) {
			return Long.MAX_VALUE;
		}
		long timeout = this.limits.settings().times().body().toNanos() + GRACE_NANOS;
		if (this.reading) {
			long now = System.nanoTime();
			timeout -= this.answering ? Math.min(now - this.readingSince, now - this.writtenAt)
					: this.bodyWait + now - this.readingSince - this.bodySize * NANOS_PER_SECOND / MIN_RATE;
		}
		if (timeout <= 0) {
			logger.debug("Rejecting a request on %s: its body did not arrive in time".formatted(context.channel()));
			this.limits.hits().add(Limit.BODY_TIMEOUT);
			refuse(context.pipeline().context(this), HttpResponseStatus.REQUEST_TIMEOUT);
			return Long.MAX_VALUE;
		}
		return timeout;
	}

	/** Rejects a request for lack of memory. */
	void refuse(ChannelPipeline pipeline) {
		refuse(pipeline.context(this), HttpResponseStatus.SERVICE_UNAVAILABLE);
	}

	/**
	 * Answers in place of the application, unless its answer has begun, and closes the
	 * connection. For the application this is a client that has disconnected, which can
	 * happen at any moment. Reactor Netty would answer concurrently, which makes the
	 * application's answer fail on its thread and logs an error.
	 */
	private void refuse(ChannelHandlerContext context, HttpResponseStatus status) {
		if (this.refused) {
			return;
		}
		this.refused = true;
		Object last = Unpooled.EMPTY_BUFFER;
		if (!this.answering && !this.ended) {
			FullHttpResponse answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
			answer.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
			answer.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, 0);
			if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
				answer.headers().set(ErrorHeader.NAME, ErrorCode.OVERLOADED.reason());
			}
			last = answer;
		}
		context.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
	}

	/**
	 * Handles a failure of the socket as its end: the channel closes next. For other
	 * failures than a reset, such as a peer that does not acknowledge in time, Reactor
	 * Netty logs a warning, or an error if a body has not been read; a subscriber that
	 * arrives later fails twice.
	 */
	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable ex) {
		if (ex instanceof IOException || AbortedException.isConnectionReset(ex)) {
			logger.debug("Connection %s failed".formatted(context.channel()), ex);
			context.close();
		}
		else {
			context.fireExceptionCaught(ex);
		}
	}

	@Override
	public void handlerRemoved(ChannelHandlerContext context) {
		if (this.stopped) {
			this.stopped = false;
			context.channel().config().setAutoRead(true);
		}
		resume(context);
	}

}
